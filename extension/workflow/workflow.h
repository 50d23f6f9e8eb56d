/*
 * workflow.h
 *		What the files of the workflow room share.
 */
#ifndef ISMS_WORKFLOW_H
#define ISMS_WORKFLOW_H

#include "executor/spi.h"
#include "executor/tuptable.h"
#include "nodes/bitmapset.h"
#include "utils/rel.h"

/* No function or query here takes more. */
#define ISMS_MAX_ARGUMENTS	8

/* A list of texts. */
typedef struct IsmsTexts
{
	int			n;
	char	  **text;
} IsmsTexts;

/* Who an entry of workflow_transition.actors means. */
typedef enum IsmsSpecKind
{
	ISMS_SPEC_ROLE,
	ISMS_SPEC_EDITOR,
	ISMS_SPEC_ADMIN,
	ISMS_SPEC_COLUMN,			/* @column */
	ISMS_SPEC_NEW_COLUMN,		/* @new.column */
	ISMS_SPEC_RELATED,			/* @relation.column */
	ISMS_SPEC_REQUESTER
} IsmsSpecKind;

typedef struct IsmsSpec
{
	IsmsSpecKind kind;
	char	   *name;			/* role or column */
	char	   *function;		/* of the relation */
} IsmsSpec;

typedef enum IsmsSeparation
{
	ISMS_SEPARATION_REQUESTER,	/* R: nobody asked where nobody approves */
	ISMS_SEPARATION_AUTHOR,		/* A */
	ISMS_SEPARATION_OWNER,		/* I */
	ISMS_SEPARATION_NOT			/* not @... */
} IsmsSeparation;

typedef struct IsmsState
{
	char	   *name;
	bool		initial;
	bool		final;
	IsmsTexts	frozen;			/* columns */
	bool		all_frozen;
	IsmsTexts	children;		/* covered tables */
	bool		all_children;
} IsmsState;

typedef struct IsmsTransition
{
	char	   *name;
	IsmsTexts	from;
	bool		on_insert;
	bool		from_any;
	char	   *to;				/* NULL: an amendment */
	IsmsTexts	amended;
	int			nactors;
	IsmsSpec   *actors;
	int			nrules;
	IsmsSeparation *rules;
	IsmsSpec   *barred;			/* of the rules ISMS_SEPARATION_NOT */
	char	   *opens_request;
	bool		own_login;
	bool		understood;		/* no part of it is missing or unknown */
	bool		has_slots;
	bool		always_slots;	/* one at least has no condition */
	char	   *conditions;		/* query: is no approval needed? NULL: none
								 * has a condition */
	char	   *guards;			/* query: do all hold? NULL: none */
} IsmsTransition;

typedef struct IsmsWorkflow
{
	char	   *name;
	int			nstates;
	IsmsState  *states;
	int			ntransitions;
	IsmsTransition *transitions;
	int		   *ways;			/* transition from state to state, or -1 */
	bool		has_slots;		/* somebody approves something */
} IsmsWorkflow;

/* A table whose rows belong to those of a bound one. */
typedef struct IsmsCover
{
	char	   *child;			/* schema.table */
	IsmsTexts	on_child;		/* columns that refer ... */
	IsmsTexts	on_parent;		/* ... to these */
	IsmsTexts	where_columns;	/* only children with these ... */
	IsmsTexts	where_values;	/* ... texts */
	bool		understood;
} IsmsCover;

typedef struct IsmsBinding
{
	char	   *schema;
	char	   *table;
	IsmsWorkflow *workflow;
	char	   *state_column;
	IsmsTexts	keys;
	bool		scoped;
	char	   *in_scope;
	int			ncovers;
	IsmsCover  *covers;
	IsmsTexts	ignored;
} IsmsBinding;

/* How a column's text is had without running anybody's code. */
typedef enum IsmsColumnKind
{
	ISMS_COLUMN_TEXT,
	ISMS_COLUMN_TEXTS,			/* an array */
	ISMS_COLUMN_PRINTED,		/* by an output function of the server */
	ISMS_COLUMN_OTHER
} IsmsColumnKind;

typedef struct IsmsColumn
{
	char	   *name;
	IsmsColumnKind kind;
	Oid			output;
	bool		is_number;
	int16		typlen;
	bool		typbyval;
	bool		counts;			/* neither dropped, ignored nor the state */
} IsmsColumn;

/* A table, or a partition of one, under a workflow. */
typedef struct IsmsTable
{
	Oid			relid;			/* hash key */
	bool		valid;
	uint64		generation;		/* of the definitions it was made from */
	MemoryContext context;
	IsmsBinding *binding;		/* NULL: none */
	bool		simple;			/* state, scope and key can be read here */
	bool		watches_all;	/* the columns named do not tell what an
								 * UPDATE changes */
	int			ncolumns;
	IsmsColumn *columns;
	AttrNumber	state;
	AttrNumber	scope;
	AttrNumber	created_by;		/* or InvalidAttrNumber */
	int			nkeys;
	AttrNumber *keys;
	Oid			update_trigger; /* of the machine, for any column ... */
	Oid			columns_trigger;	/* ... and for some */
	Bitmapset  *fixed;			/* key, scope and created_by */
	Bitmapset  *amendable;		/* columns some amendment names */
	Bitmapset **frozen;			/* for each state */
	Bitmapset **watched;		/* for each state: frozen, or some amendment
								 * of the state names them */
	Bitmapset **amended;		/* for each transition */
} IsmsTable;

/* Whose rights were had before others were taken. */
typedef struct IsmsIdentity
{
	Oid			user;
	int			security;
	int			level;
	bool		keep_settings;
} IsmsIdentity;

/* definition.c */
extern IsmsTable *isms_workflow_table(Relation rel);
extern IsmsTable *isms_workflow_table_of(Oid relid);
extern bool isms_workflow_table_is_present(const IsmsTable *table);
extern IsmsTable *isms_workflow_table_known(Oid relid);
extern IsmsBinding *isms_workflow_cover(const char *schema, const char *table, const char *child, IsmsCover **cover);
extern AttrNumber isms_workflow_column(const IsmsTable *table, const char *name);
extern int	isms_state_number(const IsmsWorkflow *workflow, const char *name, int len);
extern bool isms_column_is_readable(const IsmsTable *table, AttrNumber number);
extern bool isms_texts_have(const IsmsTexts *texts, const char *text);

/* machine.c */
extern int	isms_state_of(const IsmsTable *table, TupleTableSlot *slot);
extern bool isms_value_changed(const IsmsColumn *column, AttrNumber number, TupleTableSlot *old, TupleTableSlot *new);

/* query.c */
extern void isms_become(IsmsIdentity *before, Oid definer, Oid owner);
extern void isms_become_again(const IsmsIdentity *before);
extern SPIPlanPtr isms_plan(const char *text, int ntypes, Oid *types);
extern Datum isms_row_json(Relation rel, TupleTableSlot *slot, Oid definer);
extern void isms_call(const char *name, int n, const Oid *types, const NullableDatum *args, Oid definer);
extern Oid	isms_function_owner(Oid function);
extern Oid	isms_table_owner(Oid relid);

/* origin.c */
extern bool isms_origin_is_trusted(void);

#endif							/* ISMS_WORKFLOW_H */
