/*
 * loss.h
 *		Losses of a year in money: what the files loss_*.c share.
 *
 * A model is a set of independent components.  Events of one come with a rate
 * (Poisson) or once a year at most (Bernoulli); an event costs its severity
 * and, with a probability of its own, a secondary loss on top.  Components of
 * one common cause have their rates multiplied by one gamma factor of mean 1.
 */
#ifndef ISMS_LOSS_H
#define ISMS_LOSS_H

#include "types/types.h"

typedef enum IsmsFrequency
{
	ISMS_POISSON,
	ISMS_BERNOULLI
} IsmsFrequency;

typedef struct IsmsLossComponent
{
	IsmsEstimate rate;			/* events a year, or a probability */
	IsmsEstimate severity;
	IsmsEstimate secondary;		/* constant 0 where there is none */
	double		secondary_probability;
	double		variation;		/* of its common cause's factor: standard
								 * deviation over mean */
	int32		frequency;
	int32		cause;			/* number of the common cause; 0 none */
} IsmsLossComponent;

/* isms.loss_model, sorted, so that the order of rows does not show. */
typedef struct IsmsLossModel
{
	int32		vl_len_;
	int32		format;			/* ISMS_LOSS_MODEL_FORMAT; another layout gets
								 * another number */
	int32		count;
	int32		unused;
	IsmsLossComponent component[FLEXIBLE_ARRAY_MEMBER];
} IsmsLossModel;

#define ISMS_LOSS_MODEL_FORMAT	1

/* A component made ready: what costs nothing is gone, a rate that is certain is a number. */
typedef struct IsmsLossRisk
{
	IsmsDistribution rate;
	IsmsDistribution severity;
	IsmsDistribution secondary;
	double		secondary_probability;	/* 0: none */
	double		event_mean;		/* of what an event costs: raw moments */
	double		event_second;
	double		event_third;
	double		variation;
	int			frequency;
	int			cause;
} IsmsLossRisk;

/* Cumulants of a year's loss, and the probability that there is none. */
typedef struct IsmsLossMoments
{
	double		mean;
	double		variance;
	double		third;			/* central moment */
	double		log_none;		/* logarithm of the probability of no loss */
} IsmsLossMoments;

/* A rate as certain rates with weights that sum to 1. */
typedef struct IsmsMixing
{
	int			count;
	double	   *rate;
	double	   *weight;
} IsmsMixing;

/* isms.loss_curve: points of several grids, each coarser than the one before. */
#define ISMS_LOSS_CURVE_FORMAT	1

/* The kept part of one grid: the probability of exceeding (first + i + 1/2) step. */
typedef struct IsmsLossPart
{
	double		step;
	double		limited;		/* E[min(S, x)] at its first point */
	int32		first;
	int32		count;
	int32		at;				/* index of its first probability */
	int32		unused;
} IsmsLossPart;

typedef struct IsmsLossCurve
{
	int32		vl_len_;
	int32		format;
	double		mean;
	double		variance;
	double		third;
	double		some;			/* probability of a loss */
	double		error;			/* relative, of a loss read from it */
	double		unit;			/* of which every loss is a multiple; 0: none */
	IsmsDistribution single;	/* the one severity of a Bernoulli risk */
	int32		components;
	int32		is_single;		/* then it is read from closed forms */
	int32		parts;
	int32		unused;
	IsmsLossPart part[FLEXIBLE_ARRAY_MEMBER];
} IsmsLossCurve;

#define IsmsLossExceedances(curve) \
	((double *) ((char *) (curve) + offsetof(IsmsLossCurve, part) + (curve)->parts * sizeof(IsmsLossPart)))

/* loss_model.c */
extern const IsmsLossModel *isms_loss_model_argument(Datum value);
extern IsmsLossRisk *isms_loss_risks(const IsmsLossModel *model, int *count);
extern void isms_loss_moments(const IsmsLossRisk *risks, int count, IsmsLossMoments *moments);
extern void isms_mix_rate(const IsmsDistribution *rate, IsmsMixing *mixing);

/* loss_grid.c */
extern bool isms_grid_is_smooth(double step, const IsmsDistribution *severity);
extern void isms_grid_fill(double *masses, int n, double step, double weight, const IsmsDistribution *severity);
extern void isms_grid_sharpen(double *masses, int n);
extern void isms_grid_add(double *masses, int n, double step, double weight, const IsmsDistribution *severity);
extern void isms_fft_prepare(double *cosines, double *sines, int n);
extern void isms_fft(double *re, double *im, int n, const double *cosines, const double *sines);
extern void isms_fft_back(double *re, double *im, int n, const double *cosines, const double *sines);

#endif							/* ISMS_LOSS_H */
