/*
 * control.h
 *		What the other rooms may use of controls and checks.
 */
#ifndef ISMS_CONTROL_H
#define ISMS_CONTROL_H

/*
 * Has run(arg) run in a transaction that is read-only meanwhile, and at most
 * so long: 53400 when it takes longer.
 */
extern void isms_run_read_only(int milliseconds, void (*run) (void *arg), void *arg);

#endif							/* ISMS_CONTROL_H */
