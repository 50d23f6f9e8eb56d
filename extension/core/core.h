/*
 * core.h
 *		What the other rooms may use of the core.
 */
#ifndef ISMS_CORE_H
#define ISMS_CORE_H

#include "access/genam.h"
#include "datatype/timestamp.h"
#include "utils/date.h"
#include "utils/snapshot.h"

/* Error codes, class IS.  extension/doc/reference.md lists them. */
#define ERRCODE_ISMS_TRAIL		MAKE_SQLSTATE('I','S','0','1','0')
#define ERRCODE_ISMS_AUDIT		MAKE_SQLSTATE('I','S','0','1','1')
#define ERRCODE_ISMS_INACTIVE	MAKE_SQLSTATE('I','S','0','2','0')
#define ERRCODE_ISMS_CLASS		MAKE_SQLSTATE('I','S','0','5','0')
#define ERRCODE_ISMS_HANDLING	MAKE_SQLSTATE('I','S','0','5','1')

/* The setting isms.allow_drop: may the trail be taken down? */
extern bool isms_allow_drop;

/*
 * Value of the setting isms.actor or isms.comment, or NULL unless the present
 * transaction set it: what a pooled connection left behind is never honoured.
 */
extern const char *isms_claimed_actor(void);
extern const char *isms_comment(void);

/*
 * May the present transaction take steps that the rules refuse?  Only said of
 * those that might: isms.judge_row() knows for sure.
 */
extern bool isms_glass_broken(void);

/* How long facts read from tables of ours hold; what the server tells of changes comes on top. */
typedef struct IsmsLasting
{
	bool		for_good;
	LocalTransactionId transaction;
	CommandId	command;
	TimestampTz statement;
} IsmsLasting;

extern void isms_set_lasting(IsmsLasting *l, const char *const *tables, int n);
extern Snapshot isms_newest_snapshot(IsmsLasting *l);
extern bool isms_lasts(const IsmsLasting *l);

/* Tables of ours and their rows. */
extern Oid	isms_own_relation(const char *name);
extern SysScanDesc isms_scan(Relation rel, const char *index, Snapshot snapshot, int n,
							 const char *const *columns, const char *const *values);
extern Datum isms_field(Relation rel, HeapTuple tuple, const char *column, bool *isnull);
extern char *isms_text_field(Relation rel, HeapTuple tuple, const char *column);

/* Who acts, what day it is, who holds which role; strings are the caller's. */
extern char *isms_actor(void);
extern const char *isms_claimed_person(void);
extern bool isms_has_database_role(const char *name);
extern bool isms_today(const char *scope, DateADT *day);
extern bool isms_person_active(const char *person, DateADT day);
extern bool isms_person_holds(const char *person, const char *role, const char *scope, DateADT day);

extern const char *isms_scope_time_zone(const char *scope);
extern TimestampTz isms_midnight(const char *zone, DateADT day);

/* The setting isms.as_of.  The value is a DateADT, a Timestamp or a TimestampTz. */
typedef enum IsmsAsOfKind
{
	ISMS_AS_OF_NOW,				/* it is not set */
	ISMS_AS_OF_DAY,
	ISMS_AS_OF_LOCAL,			/* in the time zone of the scope */
	ISMS_AS_OF_INSTANT,
	ISMS_AS_OF_INVALID			/* it was set when nobody could judge it */
} IsmsAsOfKind;

typedef struct IsmsAsOf
{
	int32		kind;
	int64		value;
} IsmsAsOf;

/* Where a session that looks back stands. */
typedef enum IsmsAsOfPlace
{
	ISMS_OUTSIDE,				/* views show the past, tables the present */
	ISMS_IN_PAST,				/* in a function that reads the past */
	ISMS_IN_PRESENT,			/* in one that reads the present */
	ISMS_INSIDE					/* in the library itself */
} IsmsAsOfPlace;

extern const IsmsAsOf *isms_as_of_setting(void);
extern TimestampTz isms_then(const IsmsAsOf *a);
extern bool isms_looking_back(void);
extern IsmsAsOfPlace isms_as_of_place(void);
extern IsmsAsOfPlace isms_go_inside(void);
extern void isms_come_back(IsmsAsOfPlace before);
extern void isms_refuse_looking_back(void);
extern bool isms_lookback_exception(const char *kind, const char *name, char **time_column);

/* What rooms do when the library is loaded. */
extern void isms_as_of_init(void);
extern void isms_turn_back_init(void);
extern void isms_watch_init(void);
extern void isms_label_init(void);

/* What rooms do when the server starts with the library preloaded. */
extern void isms_guard_init(void);
extern void isms_sealer_init(void);

#endif							/* ISMS_CORE_H */
