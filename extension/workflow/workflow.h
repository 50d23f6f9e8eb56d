/*
 * workflow.h
 *		What the files of the workflow room share.
 */
#ifndef ISMS_WORKFLOW_H
#define ISMS_WORKFLOW_H

#include "executor/tuptable.h"
#include "nodes/bitmapset.h"
#include "utils/rel.h"

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
} IsmsWorkflow;

typedef struct IsmsBinding
{
	char	   *schema;
	char	   *table;
	IsmsWorkflow *workflow;
	char	   *state_column;
	IsmsTexts	keys;
	bool		scoped;
	char	   *in_scope;
	bool		covers;
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
	int			ncolumns;
	IsmsColumn *columns;
	AttrNumber	state;
	AttrNumber	scope;
	AttrNumber	created_by;		/* or InvalidAttrNumber */
	int			nkeys;
	AttrNumber *keys;
	Bitmapset  *fixed;			/* key, scope and created_by */
	Bitmapset  *amendable;		/* columns some amendment names */
	Bitmapset **frozen;			/* for each state */
	Bitmapset **amended;		/* for each transition */
} IsmsTable;

extern IsmsTable *isms_workflow_table(Relation rel);
extern AttrNumber isms_workflow_column(const IsmsTable *table, const char *name);
extern int	isms_state_number(const IsmsWorkflow *workflow, const char *name, int len);
extern bool isms_texts_have(const IsmsTexts *texts, const char *text);

#endif							/* ISMS_WORKFLOW_H */
