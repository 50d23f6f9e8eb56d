/*
 * trail.h
 *		What the files of the trail share, and what other rooms may use of it.
 *
 * The formats are specified in extension/doc/trail-format.md; a change of
 * anything written here needs a new format number.
 */
#ifndef ISMS_TRAIL_H
#define ISMS_TRAIL_H

#include "executor/tuptable.h"
#include "fmgr.h"
#include "lib/stringinfo.h"
#include "nodes/execnodes.h"
#include "utils/rel.h"
#include "utils/reltrigger.h"
#include "utils/uuid.h"

#define ISMS_TRAIL_FORMAT	1

#define ISMS_OP_INSERT		'I'
#define ISMS_OP_UPDATE		'U'
#define ISMS_OP_DELETE		'D'
#define ISMS_OP_TRUNCATE	'T'
#define ISMS_OP_BASELINE	'B'
#define ISMS_OP_ANEW		'R'

#define ISMS_CAPTURE_TRIGGER	"isms_capture"
#define ISMS_TRUNCATE_TRIGGER	"isms_capture_truncate"

/* Server settings that a type's output function may obey. */
#define ISMS_FIX_TIME	0x01
#define ISMS_FIX_FLOAT	0x02
#define ISMS_FIX_BYTES	0x04
#define ISMS_FIX_MONEY	0x08
#define ISMS_FIX_NAMES	0x10
#define ISMS_FIX_ALL	0x1f

/* How the values of a column are written. */
typedef enum IsmsValueKind
{
	ISMS_VALUE_BOOL,
	ISMS_VALUE_INT2,
	ISMS_VALUE_INT4,
	ISMS_VALUE_INT8,
	ISMS_VALUE_OID,
	ISMS_VALUE_FLOAT4,
	ISMS_VALUE_FLOAT8,
	ISMS_VALUE_NUMERIC,
	ISMS_VALUE_CHAR,
	ISMS_VALUE_TEXT,
	ISMS_VALUE_NAME,
	ISMS_VALUE_UUID,
	ISMS_VALUE_TIME,
	ISMS_VALUE_BYTEA,
	ISMS_VALUE_JSONB,
	ISMS_VALUE_OUTPUT
} IsmsValueKind;

typedef struct IsmsTrailColumn
{
	AttrNumber	attnum;
	IsmsValueKind kind;
	Oid			type;			/* below domains */
	int16		typlen;
	bool		typbyval;
	bool		excluded;		/* values are never recorded */
	bool		identifies;		/* part of what names the row in an UPDATE */
	char	   *label;			/* "name": as it stands in the payload */
	int			label_len;
	FmgrInfo	output;
} IsmsTrailColumn;

/* What a backend knows of a captured table. */
typedef struct IsmsTrailRelation
{
	Oid			relid;			/* hash key */
	bool		valid;			/* nothing changed since reading began */
	bool		filled;			/* and it ended without an error */
	bool		names_others;	/* their partition_of names this one */
	MemoryContext context;
	pg_uuid_t	version;		/* id of content in isms.trail_table_version */
	char	   *content;
	uint64		written;		/* see isms_remember_content */
	bool		has_key;
	int			settings;		/* ISMS_FIX_ bits */
	int			ncolumns;
	IsmsTrailColumn *columns;
	StringInfoData payload;
} IsmsTrailRelation;

/* relation.c */
extern IsmsTrailRelation *isms_trail_relation(Relation rel, Trigger *trigger);
extern IsmsTrailRelation *isms_trail_relation_copy(Relation rel, MemoryContext context);
extern List *isms_trail_key_columns(Relation rel);
extern Trigger *isms_trail_trigger(Relation rel, const char *name);

/* encode.c */
extern bool isms_encode_string(StringInfo buf, const char *s, int len);
extern int	isms_fix_settings(int settings);
extern void isms_encode_row(IsmsTrailRelation *info, TupleTableSlot *slot);
extern void isms_encode_change(IsmsTrailRelation *info, TupleTableSlot *old, TupleTableSlot *new);

/* identity.c */
extern const pg_uuid_t *isms_incarnation_id(void);
extern const pg_uuid_t *isms_trail_identity(void);
extern void isms_content_id(const char *content, pg_uuid_t *id);
extern void isms_remember_content(Oid dictionary, const pg_uuid_t *id, const char *content, uint64 *known);
extern void isms_forget_contents(void);

/* leaf.c */
extern Oid	isms_trail_table(void);
extern Oid	isms_trail_version_table(void);
extern Oid	isms_trail_identity_table(void);
extern void isms_trail_insert(Relation rel, Datum *values, bool *nulls);
extern void isms_trail_replace(Relation rel, HeapTuple old, HeapTuple new);
extern void isms_trail_append(IsmsTrailRelation *info, char operation, CommandId command);
extern bool isms_trail_has_leaf(void);

/* key.c */
typedef struct IsmsTrailKeys IsmsTrailKeys;
extern IsmsTrailKeys *isms_trail_keys_begin(void);
extern void isms_trail_keys_add(IsmsTrailKeys *keys, int64 seq, const pg_uuid_t *table_version,
								char operation, const char *payload, int len);
extern int64 isms_trail_keys_end(IsmsTrailKeys *keys);
extern void isms_trail_forget_keys(int64 seq, const pg_uuid_t *table_version,
								   char operation, const char *payload, int len);

/* ddl.c */
extern bool isms_acts_itself(void);
extern void isms_check_command(Node *tree);
extern bool isms_is_own_trigger(Oid trigger, Oid *relid);
extern void isms_refuse_ddl(const char *what, const char *object);

/* guard.c */
extern bool isms_is_active(void);

/* lookback.c */
extern void isms_put_rows_at(ReturnSetInfo *result, Oid relid, TimestampTz at);

/* capture.c */
extern int64 isms_write_baseline(Relation rel);

#endif							/* ISMS_TRAIL_H */
