/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tracepoints blki:{attach,detach,submit,remap,complete,hold}.
 *
 * Devices are printed as MAJOR,MINOR and ranges in 512-byte sectors of the disk, as block's own events do,
 * so that both can be read side by side. Off, each costs one no-op instruction.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM blki

#if !defined(BLKI_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define BLKI_TRACE_H

#include <linux/tracepoint.h>

struct bio;
struct blki_interposer;

DECLARE_EVENT_CLASS(blki_interposer_event,
	TP_PROTO(const struct blki_interposer *ip),
	TP_ARGS(ip),
	TP_STRUCT__entry(
		__field(dev_t, origin)
		__field(u64, id)
		__field(u32, kind)
		__field(u32, altitude)
		__field(u64, pause_ns)
	),
	TP_fast_assign(
		__entry->origin = ip->origin->bdev->bd_dev;
		__entry->id = ip->id;
		__entry->kind = ip->kind;
		__entry->altitude = ip->altitude;
		__entry->pause_ns = ip->pause_ns;
	),
	TP_printk("%d,%d id %llu kind %u altitude %u pause %llu ns",
		  MAJOR(__entry->origin), MINOR(__entry->origin), __entry->id, __entry->kind,
		  __entry->altitude, __entry->pause_ns)
);

/* every bio of the origin goes through it now */
DEFINE_EVENT(blki_interposer_event, blki_attach,
	TP_PROTO(const struct blki_interposer *ip), TP_ARGS(ip));

/* no bio of the origin is inside it any more */
DEFINE_EVENT(blki_interposer_event, blki_detach,
	TP_PROTO(const struct blki_interposer *ip), TP_ARGS(ip));

DECLARE_EVENT_CLASS(blki_bio_event,
	TP_PROTO(const struct blki_interposer *ip, const struct bio *bio),
	TP_ARGS(ip, bio),
	TP_STRUCT__entry(
		__field(dev_t, dev)
		__field(u64, id)
		__field(sector_t, sector)
		__field(u32, nr_sectors)
		__field(u32, opf)
		__field(int, error)
	),
	TP_fast_assign(
		__entry->dev = bio_dev(bio);
		__entry->id = ip->id;
		__entry->sector = bio->bi_iter.bi_sector;
		__entry->nr_sectors = bio_sectors(bio);
		__entry->opf = (__force u32)bio->bi_opf;
		__entry->error = blk_status_to_errno(bio->bi_status);
	),
	TP_printk("%d,%d id %llu op %u opf 0x%x %llu + %u [%d]",
		  MAJOR(__entry->dev), MINOR(__entry->dev), __entry->id,
		  __entry->opf & (__force u32)REQ_OP_MASK, __entry->opf,
		  (unsigned long long)__entry->sector, __entry->nr_sectors, __entry->error)
);

/* a filter is about to judge it */
DEFINE_EVENT(blki_bio_event, blki_submit,
	TP_PROTO(const struct blki_interposer *ip, const struct bio *bio), TP_ARGS(ip, bio));

/* it has been aimed at the acceptor */
DEFINE_EVENT(blki_bio_event, blki_remap,
	TP_PROTO(const struct blki_interposer *ip, const struct bio *bio), TP_ARGS(ip, bio));

/* a filter has ended it, or it came back from the acceptor */
DEFINE_EVENT(blki_bio_event, blki_complete,
	TP_PROTO(const struct blki_interposer *ip, const struct bio *bio), TP_ARGS(ip, bio));

/* it is kept back: a remap is being detached, or there was no memory to send it on at once */
TRACE_EVENT(blki_hold,
	TP_PROTO(const struct bio *bio),
	TP_ARGS(bio),
	TP_STRUCT__entry(
		__field(dev_t, dev)
		__field(sector_t, sector)
		__field(u32, nr_sectors)
		__field(u32, opf)
	),
	TP_fast_assign(
		__entry->dev = bio_dev(bio);
		__entry->sector = bio->bi_iter.bi_sector;
		__entry->nr_sectors = bio_sectors(bio);
		__entry->opf = (__force u32)bio->bi_opf;
	),
	TP_printk("%d,%d opf 0x%x %llu + %u",
		  MAJOR(__entry->dev), MINOR(__entry->dev), __entry->opf,
		  (unsigned long long)__entry->sector, __entry->nr_sectors)
);

#endif /* BLKI_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
