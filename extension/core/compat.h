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

/* 18 wants the word before the declaration; before it stood after, and may stand here too. */
#if PG_VERSION_NUM < 180000
#define pg_noreturn pg_attribute_noreturn()
#endif

/* The local transaction id of this backend's present transaction. */
#if PG_VERSION_NUM >= 170000
#define IsmsLocalXid() (MyProc->vxid.lxid)
#else
#define IsmsLocalXid() (MyProc->lxid)
#endif

/* The primary key's index, a deferrable one too. */
#if PG_VERSION_NUM >= 180000
#define IsmsPrimaryKeyIndex(rel) RelationGetPrimaryKeyIndex(rel, true)
#else
#define IsmsPrimaryKeyIndex(rel) RelationGetPrimaryKeyIndex(rel)
#endif

/* A range of two bounds. */
#if PG_VERSION_NUM >= 160000
#define IsmsMakeRange(type, lower, upper) make_range(type, lower, upper, false, NULL)
#else
#define IsmsMakeRange(type, lower, upper) make_range(type, lower, upper, false)
#endif

/* Virtual generated columns came in 18; they have no value in the row. */
#if PG_VERSION_NUM >= 180000
#define IsmsColumnIsVirtual(att) ((att)->attgenerated == ATTRIBUTE_GENERATED_VIRTUAL)
#else
#define IsmsColumnIsVirtual(att) false
#endif

/*
 * Replacing a row, and index entries of a row just put in: all, or those of
 * summarizing indexes alone, which from 16 on a heap-only update needs too.
 */
#if PG_VERSION_NUM >= 160000
#define IsmsUpdateIndexes TU_UpdateIndexes
#define IsmsHeapUpdate(rel, tid, tuple, indexes) simple_heap_update(rel, tid, tuple, indexes)
#define IsmsUpdatesNoIndex(indexes, tuple) ((indexes) == TU_None)
#define IsmsUpdatesSummaries(indexes) ((indexes) == TU_Summarizing)
#define IsmsExecInsertIndexTuples(result, slot, estate, summaries) \
	ExecInsertIndexTuples(result, slot, estate, false, false, NULL, NIL, summaries)
#else
#define IsmsUpdateIndexes bool
#define IsmsHeapUpdate(rel, tid, tuple, indexes) \
	((void) (indexes), simple_heap_update(rel, tid, tuple))
#define IsmsUpdatesNoIndex(indexes, tuple) HeapTupleIsHeapOnly(tuple)
#define IsmsUpdatesSummaries(indexes) false
#define IsmsExecInsertIndexTuples(result, slot, estate, summaries) \
	((void) (summaries), ExecInsertIndexTuples(result, slot, estate, false, false, NULL, NIL))
#endif

/* Does the role own the table, or the schema? */
#if PG_VERSION_NUM >= 160000
#define IsmsOwnsTable(relid, role) object_ownercheck(RelationRelationId, relid, role)
#define IsmsOwnsSchema(schema, role) object_ownercheck(NamespaceRelationId, schema, role)
#else
#define IsmsOwnsTable(relid, role) pg_class_ownercheck(relid, role)
#define IsmsOwnsSchema(schema, role) pg_namespace_ownercheck(schema, role)
#endif

#endif							/* ISMS_COMPAT_H */
