/*
 * compat.h
 *		The one place where server versions differ.
 */
#ifndef ISMS_COMPAT_H
#define ISMS_COMPAT_H

#if PG_VERSION_NUM < 150000
#error "isms needs PostgreSQL 15 or later"
#endif

#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#include "nodes/miscnodes.h"
#else
/* Soft errors arrived in 16; before it a bad input is a plain error. */
#define ereturn(escontext, dummy, ...) \
	do { \
		(void) (escontext); \
		ereport(ERROR, __VA_ARGS__); \
		return dummy; \
	} while (0)
#endif

/* The local transaction id of this backend's present transaction. */
#if PG_VERSION_NUM >= 170000
#define IsmsLocalXid() (MyProc->vxid.lxid)
#else
#define IsmsLocalXid() (MyProc->lxid)
#endif

#endif							/* ISMS_COMPAT_H */
