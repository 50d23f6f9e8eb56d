/*
 * core.h
 *		What the other rooms may use of the core.
 */
#ifndef ISMS_CORE_H
#define ISMS_CORE_H

/* Error codes, class IS.  extension/doc/reference.md lists them. */
#define ERRCODE_ISMS_TRAIL		MAKE_SQLSTATE('I','S','0','1','0')
#define ERRCODE_ISMS_AUDIT		MAKE_SQLSTATE('I','S','0','1','1')
#define ERRCODE_ISMS_INACTIVE	MAKE_SQLSTATE('I','S','0','2','0')

/* The setting isms.allow_drop: may the trail be taken down? */
extern bool isms_allow_drop;

/*
 * Value of the setting isms.actor or isms.comment, or NULL unless the present
 * transaction set it: what a pooled connection left behind is never honoured.
 */
extern const char *isms_claimed_actor(void);
extern const char *isms_comment(void);

#endif							/* ISMS_CORE_H */
