/*
 * sealer.c
 *		A background worker that seals: for each database named in the setting
 *		isms.seal_databases, every isms.seal_interval seconds, isms.seal().
 *
 * It needs the library in shared_preload_libraries.  Without it anything that
 * calls isms.seal() now and then does as well, such as pg_cron.  An error ends
 * the worker; the server's log has it, and starts it again a minute later.  On
 * a standby it begins with the promotion, and waits for isms.activate().
 */
#include "postgres.h"

#include "access/xact.h"
#include "commands/extension.h"
#include "core/compat.h"
#include "core/core.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "postmaster/bgworker.h"
#include "postmaster/interrupt.h"
#include "storage/ipc.h"
#include "storage/latch.h"
#include "storage/proc.h"
#include "tcop/tcopprot.h"
#include "trail/trail.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/snapmgr.h"
#include "utils/varlena.h"
#if PG_VERSION_NUM >= 170000
#include "storage/procsignal.h"
#include "utils/wait_event.h"
#endif

#define RESTART_SECONDS 60

static char *databases;
static int	interval;

PGDLLEXPORT void isms_sealer_main(Datum arg);

static bool
truth(const char *query)
{
	bool		isnull;

	if (SPI_execute(query, true, 1) != SPI_OK_SELECT || SPI_processed != 1)
		elog(ERROR, "unexpected answer to %s", query);
	return DatumGetBool(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull));
}

/* Seals, if there is something to seal in. */
static void
seal(void)
{
	static bool told = false;

	SetCurrentStatementStartTimestamp();
	StartTransactionCommand();
	SPI_connect();
	PushActiveSnapshot(GetTransactionSnapshot());
	if (!OidIsValid(get_extension_oid("isms", true)))
		pgstat_report_activity(STATE_IDLE, NULL);
	else if (!truth("select isms.is_active()"))
	{
		if (!told)
			ereport(LOG,
					(errmsg("isms is not active in database %s, its audit trail is not sealed", MyBgworkerEntry->bgw_extra),
					 errhint("Call isms.activate().")));
		told = true;
	}
	else
	{
		pgstat_report_activity(STATE_RUNNING, "select isms.seal()");
		if (SPI_execute("select isms.seal()", false, 0) != SPI_OK_SELECT)
			elog(ERROR, "isms.seal() was not carried out");
		told = false;
	}
	SPI_finish();
	PopActiveSnapshot();
	CommitTransactionCommand();
	pgstat_report_stat(true);
	pgstat_report_activity(STATE_IDLE, NULL);
}

void
isms_sealer_main(Datum arg)
{
	pqsignal(SIGHUP, SignalHandlerForConfigReload);
	pqsignal(SIGTERM, die);
	BackgroundWorkerUnblockSignals();
	BackgroundWorkerInitializeConnection(MyBgworkerEntry->bgw_extra, NULL, 0);
	/* whatever the database's default, a seal needs a new snapshot */
	SetConfigOption("default_transaction_isolation", "read committed", PGC_SUSET, PGC_S_OVERRIDE);
	SetConfigOption("default_transaction_read_only", "off", PGC_SUSET, PGC_S_OVERRIDE);
	SetConfigOption("isms.as_of", "", PGC_USERSET, PGC_S_OVERRIDE);
	for (;;)
	{
		CHECK_FOR_INTERRUPTS();
		if (ConfigReloadPending)
		{
			ConfigReloadPending = false;
			ProcessConfigFile(PGC_SIGHUP);
		}
		seal();
		(void) WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH, interval * 1000L, PG_WAIT_EXTENSION);
		ResetLatch(MyLatch);
	}
}

static void
register_worker(const char *database)
{
	BackgroundWorker worker = {0};

	if (strlen(database) >= Min(BGW_EXTRALEN, NAMEDATALEN))
		ereport(ERROR,
				(errcode(ERRCODE_NAME_TOO_LONG),
				 errmsg("database name \"%s\" in isms.seal_databases is too long", database)));
	snprintf(worker.bgw_name, BGW_MAXLEN, "isms sealer of %s", database);
	strlcpy(worker.bgw_type, "isms sealer", BGW_MAXLEN);
	strlcpy(worker.bgw_library_name, "isms", BGW_MAXLEN);
	strlcpy(worker.bgw_function_name, "isms_sealer_main", BGW_MAXLEN);
	strlcpy(worker.bgw_extra, database, BGW_EXTRALEN);
	worker.bgw_flags = BGWORKER_SHMEM_ACCESS | BGWORKER_BACKEND_DATABASE_CONNECTION;
	worker.bgw_start_time = BgWorkerStart_RecoveryFinished;
	worker.bgw_restart_time = RESTART_SECONDS;
	RegisterBackgroundWorker(&worker);
}

/* While the server starts: settings, and a worker for each database. */
void
isms_sealer_init(void)
{
	List	   *names;
	ListCell   *lc;

	DefineCustomStringVariable("isms.seal_databases",
							   "Databases whose audit trail a background worker seals.",
							   "A list; needs isms in shared_preload_libraries.",
							   &databases, "",
							   PGC_POSTMASTER, GUC_LIST_INPUT, NULL, NULL, NULL);
	DefineCustomIntVariable("isms.seal_interval",
							"Time from one seal by the background worker to the next.",
							NULL,
							&interval, 10, 1, 24 * 3600,
							PGC_SIGHUP, GUC_UNIT_S, NULL, NULL, NULL);
	if (!SplitGUCList(pstrdup(databases), ',', &names))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("isms.seal_databases is no list of names")));
	foreach(lc, names)
		register_worker(lfirst(lc));
}
