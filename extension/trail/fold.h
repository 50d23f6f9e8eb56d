/*
 * fold.h
 *		Reading the trail back: entries, the columns they speak of across
 *		changes of the table, and rows made of them.
 */
#ifndef ISMS_FOLD_H
#define ISMS_FOLD_H

#include "common/hashfn.h"
#include "core/compat.h"
#include "datatype/timestamp.h"
#include "trail/trail.h"

/* A JSON text as it stands in a payload; p is NULL where there is none. */
typedef struct FoldValue
{
	const char *p;
	int			len;			/* without p: FOLD_ABSENT or FOLD_EXCLUDED */
} FoldValue;

#define FOLD_ABSENT		(-1)	/* never recorded */
#define FOLD_EXCLUDED	(-2)	/* recorded without its value */
#define FOLD_IS_SET		(-3)	/* the value is known otherwise */

/* On the way through a JSON text. */
typedef struct PayloadReader
{
	const char *p;
	const char *end;
} PayloadReader;

typedef struct FoldColumn
{
	char	   *label;			/* JSON string */
	int			label_len;
	int			number;
	bool		excluded;
} FoldColumn;

/* A table as a content of isms.trail_table_version describes it. */
typedef struct FoldVersion
{
	pg_uuid_t	id;
	char	   *table;			/* schema and name, JSON strings joined by a
								 * comma */
	char	   *root;			/* the same of the partitioned table, or NULL */
	int			ncolumns;
	FoldColumn *columns;
	int			nkey;
	int		   *key;			/* positions in columns; all that have values
								 * where the table has no key */
	bool		has_key;
} FoldVersion;

typedef struct FoldRow
{
	uint64		stamp;			/* command that made it */
	int64		count;			/* how many alike, where the table has no key */
	bool		seen;
	bool		live;			/* going back: what is absent here is as in
								 * the table */
	bool		gone;			/* going back: was not there */
	int64		life;			/* one and the same from when it came until it
								 * went */
	int			n;
	FoldValue  *values;			/* by lineage; the bytes follow in the same
								 * chunk */
} FoldRow;

struct foldhash_hash;

struct FoldTable;
struct FoldEntry;

/* Entries of a table that are in an archive. */
typedef struct FoldArchived
{
	char	   *table;			/* as in FoldVersion */
	char	   *leaf;
	int64		to_seq;
	TimestampTz last_at;		/* when the last of them was recorded */
	int64		last_leaf;		/* and its place in the tree */
	bool		has_baseline;
	uint64		baseline_xid;	/* the last one there, which may be there in
								 * part */
	pg_uuid_t	baseline_incarnation;
} FoldArchived;

/* Told of what an entry found otherwise than recorded: a row (column -1) or a column's value. */
typedef void (*FoldContradiction) (void *arg, struct FoldTable *t, struct FoldEntry *e, int column,
								   FoldValue recorded, FoldValue found);

/* Told of each entry before it is applied, and after. */
typedef void (*FoldVisitor) (void *arg, struct FoldTable *t, struct FoldEntry *e, bool applied);

/* One table, or one partition, on the way through its entries. */
typedef struct FoldTable
{
	MemoryContext context;
	char	   *table;			/* as in FoldVersion */
	FoldVersion *version;		/* in effect */
	pg_uuid_t	incarnation;
	int			nlineages;		/* columns that are one and the same across
								 * versions */
	int		   *lineage;		/* of each column of the version */
	int			nkey;
	int		   *key;			/* lineages */
	bool		has_key;
	struct foldhash_hash *rows;
	struct foldhash_hash *displaced;	/* pushed off their key inside the
										 * command */
	struct foldhash_hash *live; /* going back: rows of the table that are
								 * touched, by their present key; else NULL */
	bool		cannot_undo;	/* going back: what stood here only a fold
								 * from the beginning can say */
	uint64		stamp;
	uint64		xid;
	uint32		command;
	pg_uuid_t	command_incarnation;
	uint64		baseline_xid;
	pg_uuid_t	baseline_incarnation;
	int64		erased;			/* since the table was last known whole */
	int64		lives;			/* rows that came so far */
	int64		life;			/* of the row the last entry was about */
	int64		other_life;		/* and what it became, where there is no key */
	List	   *archived;		/* FoldArchived, while what stands there is
								 * missing; NIL: all rows are known */
	FoldContradiction contradiction;	/* or NULL */
	void	   *contradiction_arg;
	int			nscratch;
	FoldValue  *before;
	FoldValue  *after;
	StringInfoData keybuf;
} FoldTable;

typedef struct FoldEntry
{
	int64		seq;
	uint64		xid;
	uint32		command;
	char		operation;
	pg_uuid_t	incarnation;
	FoldVersion *version;
	Oid			leaf;			/* of the trail */
	const char *payload;		/* NULL: erased */
	int			payload_len;
} FoldEntry;

/* Open hash of rows by the bytes of their key. */
typedef struct FoldKey
{
	const char *p;
	int			len;
} FoldKey;

typedef struct FoldItem
{
	FoldKey		key;
	uint32		hash;
	char		status;
	FoldRow    *row;			/* NULL, going back: no row here at this point */
} FoldItem;

static inline bool
fold_same_key(FoldKey a, FoldKey b)
{
	return a.len == b.len && memcmp(a.p, b.p, a.len) == 0;
}

#define SH_PREFIX foldhash
#define SH_ELEMENT_TYPE FoldItem
#define SH_KEY_TYPE FoldKey
#define SH_KEY key
#define SH_HASH_KEY(tb, k) hash_bytes((const unsigned char *) (k).p, (k).len)
#define SH_EQUAL(tb, a, b) fold_same_key(a, b)
#define SH_STORE_HASH
#define SH_GET_HASH(tb, a) (a)->hash
#define SH_SCOPE static inline
#define SH_DECLARE
#define SH_DEFINE
#include "lib/simplehash.h"

/* The state of the database that is looked back to: the snapshot of a checkpoint. */
typedef struct FoldCheckpoint
{
	TimestampTz at;
	int64		size;
	pg_uuid_t	incarnation;
	Datum		snapshot;
	int64		low;			/* entries not visible in the snapshot have
								 * greater numbers */
	Datum		known;			/* uuid[]: incarnations that had sealed */
} FoldCheckpoint;

/* A table with its partitions, and what the trail says of them. */
typedef struct FoldHistory
{
	MemoryContext context;
	Relation	rel;
	List	   *leaves;			/* oids of the tables that hold rows, locked */
	List	   *versions;		/* FoldVersion */
	List	   *tables;			/* FoldTable */
	List	   *archived;		/* FoldArchived */
	TimestampTz from;			/* what is read begins here */
	FoldVisitor visitor;		/* or NULL */
	void	   *visitor_arg;
	FoldContradiction contradiction;	/* for each of them */
	void	   *contradiction_arg;
	bool		own;			/* a table of the extension */
	FoldCheckpoint checkpoint;	/* looked back to */
} FoldHistory;

typedef enum FoldReading
{
	FOLD_ALL,					/* forward, whatever is not in an archive */
	FOLD_SINCE,					/* forward, entries not before an instant */
	FOLD_UNTIL,					/* forward, entries the checkpoint knows */
	FOLD_BACK					/* backward, entries newer than it */
} FoldReading;

/* How a table stands at one point, to be returned to. */
typedef struct FoldPoint
{
	FoldVersion *version;
	pg_uuid_t	incarnation;
	int		   *lineage;
	int		   *key;
	int			nkey;
	bool		has_key;
} FoldPoint;

/* payload.c */
pg_noreturn extern void isms_malformed(void);
extern void isms_expect(PayloadReader *r, char c);
extern bool isms_accept(PayloadReader *r, char c);
extern FoldValue isms_read_value(PayloadReader *r);
extern bool isms_read_member(PayloadReader *r, bool *first, FoldValue *label);
extern bool isms_value_is(FoldValue v, const char *text);
extern char *isms_fold_text(const char *p, int len);

/* fold.c */
extern FoldVersion *isms_fold_version(const char *content);
extern FoldKey isms_fold_key(FoldTable *t, FoldValue *values);
extern FoldTable *isms_fold_table(MemoryContext context, const char *table, bool back);
extern void isms_fold_switch(FoldTable *t, FoldVersion *version, const pg_uuid_t *incarnation);
extern FoldPoint isms_fold_mark(FoldTable *t);
extern void isms_fold_return(FoldTable *t, const FoldPoint *point);
extern void isms_fold_apply(FoldTable *t, FoldEntry *e);
extern void isms_fold_undo(FoldTable *t, FoldEntry *e);
extern void isms_fold_parse_row(FoldTable *t, const char *payload, int len);
extern FoldRow *isms_fold_find(FoldTable *t, struct foldhash_hash *rows, FoldValue *values);
extern void isms_fold_append_object(FoldTable *t, FoldValue *values, int n, bool key_only, StringInfo out);
extern FoldValue isms_fold_value(FoldRow *row, int lineage);
extern char *isms_fold_table_name(FoldTable *t);

/* key.c */
extern Datum isms_row_key(PG_FUNCTION_ARGS);

/* history.c */
extern bool isms_reads_whole_trail(void);
extern void isms_become_trail_owner(Oid *user, int *security);
extern FoldHistory *isms_history_open(Oid relid);
extern void isms_history_close(FoldHistory *h);
extern Datum isms_history_version_ids(FoldHistory *h);
extern bool isms_history_since(FoldHistory *h, TimestampTz *since);
extern bool isms_history_at(FoldHistory *h, TimestampTz instant, TimestampTz *first);
extern bool isms_history_begun(FoldHistory *h, TimestampTz *begin);
extern void isms_history_check_archive(FoldHistory *h);
extern void isms_history_check_known(FoldHistory *h);
extern void isms_history_forget(FoldHistory *h);
extern void isms_history_read(FoldHistory *h, FoldReading reading, TimestampTz since);
extern FoldTable *isms_history_table(FoldHistory *h, const char *table, bool back);
extern FoldTable *isms_history_live(FoldHistory *h, Relation leaf, IsmsTrailRelation **info, bool back);

#endif							/* ISMS_FOLD_H */
