/*
 * risk.h
 *		From factors, method and controls to scores and levels: the one path
 *		behind the register, the heat map and the explanation of a risk.
 */
#ifndef ISMS_RISK_H
#define ISMS_RISK_H

#include "fmgr.h"

/* A step that is not rated, or not on its scale: every formula keeps it so. */
#define ISMS_NOT_RATED		(-1)

/* Scores are integers of this many to the unit: rounded to four decimals. */
#define ISMS_SCORE_UNIT		10000

typedef enum IsmsScoreRule
{
	ISMS_MATRIX,
	ISMS_PRODUCT,
	ISMS_SUM,
	ISMS_IMPACT_THREAT_VULNERABILITY
} IsmsScoreRule;

typedef enum IsmsResidualRule
{
	ISMS_ENTERED,
	ISMS_BANDS,
	ISMS_STEPS,
	ISMS_VULNERABILITY_REDUCTION,
	ISMS_PERCENT_MAX,
	ISMS_PERCENT_PRODUCT
} IsmsResidualRule;

/* How the controls of a risk depend on each other. */
typedef enum IsmsDependence
{
	ISMS_INDEPENDENT,			/* what they leave multiplies, steps add up */
	ISMS_DEPENDENT,				/* the best one counts */
	ISMS_UNKNOWN				/* anything between: the best one counts, the
								 * other end is told */
} IsmsDependence;

typedef enum IsmsScale
{
	ISMS_LIKELIHOOD,
	ISMS_CONSEQUENCE,
	ISMS_THREAT,
	ISMS_VULNERABILITY
} IsmsScale;

#define ISMS_SCALES			4

/* What a control lowers is one of the first two scales. */
#define ISMS_SIDES			2

typedef enum IsmsState
{
	ISMS_INHERENT,
	ISMS_CURRENT,
	ISMS_TARGET,
	ISMS_VERIFIED
} IsmsState;

#define ISMS_STATES			4

/* The bit of a state in counts_in; controls do not count in the inherent one. */
#define IsmsStateBit(state)	(1 << ((state) - 1))

/*
 * isms.method_spec: a method compiled into one flat varlena.  Positions are
 * bytes from its start, 0 standing for nothing there.
 */
typedef struct IsmsStep
{
	double		low;			/* lower bound of the band; NaN if none */
	double		quantity;		/* what the step stands for; NaN if unknown */
	int32		step;
	int32		label;			/* position of a text */
} IsmsStep;

typedef struct IsmsLevel
{
	int64		minimum;		/* lowest score, in units */
	int32		rank;
	int32		label;			/* positions of texts */
	int32		disposition;
	int32		colour;
} IsmsLevel;

typedef struct IsmsMethod
{
	int32		vl_len_;
	int32		format;			/* ISMS_METHOD_FORMAT; another layout gets
								 * another number */
	int32		score_rule;
	int32		residual_rule;
	int32		dependence;
	int32		rows;			/* of the matrix: likelihood */
	int32		columns;		/* consequence */
	int32		matrix;			/* position of rows x columns int32 */
	int32		level_count;
	int32		levels;			/* position of IsmsLevel, lowest rank first */
	struct
	{
		int32		count;
		int32		steps;		/* position of IsmsStep, lowest first */
	}			scales[ISMS_SCALES];
} IsmsMethod;

#define ISMS_METHOD_FORMAT	2

/* A cell of the matrix that holds null. */
#define ISMS_NO_CELL		PG_INT32_MIN

#define IsmsMethodAt(method, position) \
	((position) == 0 ? NULL : (const char *) (method) + (position))

/*
 * isms.effect: what the controls of a risk do together.  Arrays over states
 * leave the inherent one out.
 */
typedef struct IsmsEffect
{
	double		left[ISMS_STATES - 1][ISMS_SIDES];	/* product of (1 - e) */
	double		greatest[ISMS_STATES - 1][ISMS_SIDES];	/* greatest e */
	int32		reduction[ISMS_STATES - 1][ISMS_SIDES]; /* sum of steps */
	int32		most_steps[ISMS_STATES - 1][ISMS_SIDES];	/* greatest of them */
	int32		controls[ISMS_STATES - 1];	/* how many count */
	int32		no_effectiveness;	/* of the target's: without e */
	int32		no_reduction;	/* of the target's: without steps */
	int32		unused;			/* fills up to the alignment */
} IsmsEffect;

/* What one control states. */
typedef struct IsmsStated
{
	int			side;
	bool		has_effectiveness;
	double		effectiveness;
	bool		has_reduction;
	int			reduction;
	int			counts_in;		/* bits of states */
} IsmsStated;

/* An implementation as links to it see it. */
typedef struct IsmsImplementation
{
	double		effectiveness;	/* its own, for links that state none */
	bool		has_effectiveness;
	int32		counts_in;		/* bits of states */
} IsmsImplementation;

typedef struct IsmsImplementationSet IsmsImplementationSet;

/* What the assessor rated. */
typedef struct IsmsFactors
{
	int			rated[ISMS_SCALES];
	int			entered[ISMS_STATES][ISMS_SIDES];
	int			impact;			/* greatest rating of a dimension hit */
} IsmsFactors;

/* What an expert entered in place of what is computed for a state. */
typedef enum IsmsEntered
{
	ISMS_NOTHING_ENTERED,
	ISMS_STEPS_ENTERED,
	ISMS_SCORE_ENTERED
} IsmsEntered;

typedef struct IsmsOverride
{
	int64		score;			/* in units */
	int32		position[ISMS_SIDES];
	int32		entered;		/* an IsmsEntered */
	int32		unused;			/* fills up to the alignment */
} IsmsOverride;

typedef struct IsmsOverrideSet IsmsOverrideSet;

/* Where a risk stands in one state. */
typedef struct IsmsAssessed
{
	int			position[ISMS_SIDES];	/* on the heat map */
	bool		rated;
	int64		score;			/* in units */
	const IsmsLevel *level;		/* NULL below the lowest level */
} IsmsAssessed;

/* All that the states of a risk are worked out from. */
typedef struct IsmsRisk
{
	const IsmsMethod *method;
	IsmsFactors factors;
	const IsmsEffect *effect;	/* not read for the inherent state */
	const IsmsOverride *overrides;	/* one a state, or NULL */
	const char *const *override_said;	/* for the trace: by whom, until when,
										 * why */
} IsmsRisk;

/* Who wants to know how; texts may be NULL. */
typedef struct IsmsTrace
{
	void		(*row) (struct IsmsTrace *trace, IsmsState state,
						const char *input, const char *rule,
						const char *before, const char *after);
} IsmsTrace;

extern const char *const isms_scale_names[ISMS_SCALES];
extern const char *const isms_state_names[ISMS_STATES];

/* method.c */
extern int64 isms_score_units(Datum score);
extern void isms_refuse_stored(const char *type, const char *view);
extern const IsmsMethod *isms_method_argument(Datum value);
extern const IsmsStep *isms_find_step(const IsmsMethod *method, IsmsScale scale, int step);
extern char *isms_step_text(const IsmsMethod *method, IsmsScale scale, int step);

/* implementation_set.c */
extern const IsmsImplementationSet *isms_implementation_set_argument(Datum value);
extern const IsmsImplementation *isms_find_implementation(const IsmsImplementationSet *set,
														  const text *scope, const text *code);

/* override_set.c */
extern const IsmsOverride *isms_find_overrides(Datum set, const text *scope, const text *risk);

/* effect.c */
extern double isms_double_of_numeric(FunctionCallInfo fcinfo, Datum value);
extern void isms_effect_init(IsmsEffect *effect);
extern void isms_effect_add(IsmsEffect *effect, const IsmsStated *stated);
extern void isms_effect_merge(IsmsEffect *effect, const IsmsEffect *other);
extern double isms_left(const IsmsEffect *effect, IsmsState state, int side,
						IsmsDependence dependence);
extern int	isms_steps_off(const IsmsEffect *effect, IsmsState state, int side,
						   IsmsDependence dependence);
extern double isms_score_factor(const IsmsMethod *method, const IsmsEffect *effect,
								IsmsState state, IsmsDependence dependence);
extern IsmsDependence isms_dependence_of(const text *word);
extern int	isms_side_of(const char *name, int length);
extern void isms_check_stated(const IsmsStated *stated);

/* assess.c */
extern void isms_read_factors(FunctionCallInfo fcinfo, IsmsFactors *factors);
extern void isms_assess(const IsmsRisk *risk, IsmsState state, IsmsDependence dependence,
						IsmsAssessed *states, IsmsTrace *trace);
extern Datum isms_score_numeric(int64 score);
extern char *isms_level_text(const IsmsMethod *method, const IsmsAssessed *assessed);
extern char *isms_score_text(const IsmsAssessed *assessed);
extern int64 isms_score_left(int64 score, double left);

#endif							/* ISMS_RISK_H */
