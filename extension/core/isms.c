/*
 * isms.c
 *		Entry of the library: settings, and the two that hold for one
 *		transaction only.
 *
 * isms.actor and isms.comment say who acts and why.  A connection pool hands
 * one server session to many clients, so a value counts only in the
 * transaction that set it.  The check hook notes that transaction in the
 * setting's "extra", which the server stacks and restores together with the
 * value; a rollback to a savepoint therefore brings back the note of the
 * restored value, never a fresh one.
 */
#include "postgres.h"

#include "core/compat.h"
#include "core/core.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "storage/proc.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/guc_tables.h"

#ifdef PG_MODULE_MAGIC_EXT
PG_MODULE_MAGIC_EXT(
					.name = "isms",
					.version = ISMS_VERSION
);
#else
PG_MODULE_MAGIC;
#endif

bool		isms_allow_drop = false;
static bool allow_break_glass = false;

static char *scope_setting;
static char *origin_setting;
static char *actor_setting;
static char *comment_setting;
static LocalTransactionId actor_set_in = InvalidLocalTransactionId;
static LocalTransactionId comment_set_in = InvalidLocalTransactionId;
static LocalTransactionId glass_broken_in = InvalidLocalTransactionId;
static bool of_earlier_transaction = false; /* the value being taken over */

void		_PG_init(void);

PG_FUNCTION_INFO_V1(isms_claimed_actor_sql);
PG_FUNCTION_INFO_V1(isms_comment_sql);
PG_FUNCTION_INFO_V1(isms_glass_may_break);
PG_FUNCTION_INFO_V1(isms_glass_is_broken);

/* Note the setting transaction beside the value. */
static bool
check_transaction_value(char **newval, void **extra, GucSource source)
{
	LocalTransactionId *set_in;

#if PG_VERSION_NUM >= 160000
	set_in = guc_malloc(LOG, sizeof(LocalTransactionId));
#else
	set_in = malloc(sizeof(LocalTransactionId));
#endif
	if (set_in == NULL)
		return false;
	*set_in = MyProc && !of_earlier_transaction ? IsmsLocalXid() : InvalidLocalTransactionId;
	*extra = set_in;
	return true;
}

static void
assign_actor(const char *newval, void *extra)
{
	actor_set_in = extra ? *(LocalTransactionId *) extra : InvalidLocalTransactionId;
}

static void
assign_comment(const char *newval, void *extra)
{
	comment_set_in = extra ? *(LocalTransactionId *) extra : InvalidLocalTransactionId;
}

static const char *
value_of_transaction(const char *value, LocalTransactionId set_in)
{
	if (value == NULL || value[0] == '\0' ||
		set_in == InvalidLocalTransactionId || set_in != IsmsLocalXid())
		return NULL;
	return value;
}

const char *
isms_claimed_actor(void)
{
	return value_of_transaction(actor_setting, actor_set_in);
}

const char *
isms_comment(void)
{
	return value_of_transaction(comment_setting, comment_set_in);
}

/* isms.claimed_actor() returns text: the setting isms.actor, where it holds. */
Datum
isms_claimed_actor_sql(PG_FUNCTION_ARGS)
{
	const char *value = isms_claimed_actor();

	if (value == NULL)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(value));
}

/* isms.transaction_comment() returns text: the setting isms.comment, where it holds. */
Datum
isms_comment_sql(PG_FUNCTION_ARGS)
{
	const char *value = isms_comment();

	if (value == NULL)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(value));
}

bool
isms_glass_broken(void)
{
	return glass_broken_in != InvalidLocalTransactionId && glass_broken_in == IsmsLocalXid();
}

/*
 * isms.glass_may_break() returns void: refuses, or notes the transaction.  The
 * note outlives a savepoint that is rolled back; the row that isms.break_glass()
 * writes does not, and it is that row which counts.
 */
Datum
isms_glass_may_break(PG_FUNCTION_ARGS)
{
	if (!allow_break_glass)
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("breaking the glass is not allowed here"),
				 errdetail("The setting isms.allow_break_glass is off."),
				 errhint("A superuser allows it: SET, or ALTER DATABASE ... SET, isms.allow_break_glass = on.")));
	glass_broken_in = IsmsLocalXid();
	PG_RETURN_VOID();
}

/* isms.glass_is_broken() returns boolean */
Datum
isms_glass_is_broken(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(isms_glass_broken());
}

/* A setting by name; null where nobody has set or defined it. */
static struct config_generic *
find_setting(const char *name)
{
#if PG_VERSION_NUM >= 160000
	return find_option(name, false, true, DEBUG1);
#else
	struct config_generic **settings = get_guc_variables();
	int			n = GetNumConfigOptions();

	for (int i = 0; i < n; i++)
		if (strcmp(settings[i]->name, name) == 0)
			return settings[i];
	return NULL;
#endif
}

/*
 * A setting made before the library was loaded is taken over when it is
 * defined.  Where no transaction has it on its stack, an earlier one set it.
 */
static void
define_for_transaction(const char *name, const char *what, const char *details, char **value,
					   GucContext context, GucStringAssignHook assign)
{
	struct config_generic *before = find_setting(name);

	of_earlier_transaction = before != NULL && before->stack == NULL;
	DefineCustomStringVariable(name, what, details, value, "", context, 0,
							   check_transaction_value, assign, NULL);
	of_earlier_transaction = false;
}

void
_PG_init(void)
{
	DefineCustomStringVariable("isms.scope",
							   "Scope (ISMS) that statements without one mean.",
							   "Not needed while only one scope is visible.",
							   &scope_setting, "",
							   PGC_USERSET, 0, NULL, NULL, NULL);
	define_for_transaction("isms.actor",
						   "Code of the person an application acts for.",
						   "Honoured for members of isms_application, in the transaction that set it.",
						   &actor_setting, PGC_SUSET, assign_actor);
	define_for_transaction("isms.comment",
						   "Reason for the changes of this transaction.",
						   "Honoured in the transaction that set it.",
						   &comment_setting, PGC_USERSET, assign_comment);
	DefineCustomBoolVariable("isms.allow_drop",
							 "Allows the trail and its protection to be taken down.",
							 NULL,
							 &isms_allow_drop, false,
							 PGC_SUSET, 0, NULL, NULL, NULL);
	DefineCustomBoolVariable("isms.allow_break_glass",
							 "Allows isms.break_glass, by which a step can be taken that the rules refuse.",
							 NULL,
							 &allow_break_glass, false,
							 PGC_SUSET, 0, NULL, NULL, NULL);
	DefineCustomStringVariable("isms.origin",
							   "Name of the audit trail in its checkpoints, such as example.com/isms.",
							   "Empty: the name of the database. The incarnation is added to it.",
							   &origin_setting, "",
							   PGC_SUSET, 0, NULL, NULL, NULL);
	isms_as_of_init();
	isms_turn_back_init();
	isms_watch_init();
	isms_label_init();
	if (process_shared_preload_libraries_in_progress)
	{
		isms_guard_init();
		isms_sealer_init();
	}
	MarkGUCPrefixReserved("isms");
}
