-- The risk register: every risk with what it is, what is done about it and what is left.
create view isms.risk_register with (security_invoker = true) as
  select a.scope,
         a.code,
         a.title,
         a.asset,
         a.asset_title,
         a.category,
         a.threat,
         a.vulnerability,
         a.scenario,
         a.hits,
         a.owner,
         o.name as owner_name,
         a.status,
         a.method,
         a.assessed_on,
         a.likelihood,
         a.consequence,
         a.inherent_score,
         a.inherent_rank,
         a.inherent_level,
         a.inherent_colour,
         a.current_score,
         a.current_rank,
         a.current_level,
         a.current_colour,
         a.target_score,
         a.target_rank,
         a.target_level,
         a.target_colour,
         a.residual_basis,
         a.residual_score,
         a.residual_rank,
         a.residual_level,
         a.residual_colour,
         a.verified_rank,
         a.verified_level,
         a.current_disposition as disposition,
         a.controls,
         a.controls_current,
         a.controls_unrated,
         ('{"", modification, retention, "modification, retention", sharing, "modification, sharing", "retention, sharing", "modification, retention, sharing",
            avoidance, "modification, avoidance", "retention, avoidance", "modification, retention, avoidance", "sharing, avoidance",
            "modification, sharing, avoidance", "retention, sharing, avoidance", "modification, retention, sharing, avoidance"}'::text[])[a.options + 1] as treatment_option,
         case
           when a.options is null then null
           when a.options = 0 then 'withdrawn'
           when a.status in ('treated', 'monitored', 'closed') then 'completed'
           when a.status <> 'in_treatment' then 'proposed'
           when a.started then 'in_progress'
           else 'approved'
         end as treatment_status,
         a.open_actions,
         a.next_due,
         coalesce(a.next_due < d.today, false) as overdue,
         case
           when c.code is null then 'none'
           else isms.acceptance_state(c.status, c.validity,
             isms.acceptance_stale(c.frozen, l.rank, case c.basis when 'interim' then a.current_rank when 'target' then a.target_rank else a.residual_rank end,
                                   a.asset, a.hits, a.method, c.accepted_by, a.owner), d.today)
         end as acceptance_state,
         c.code as acceptance,
         c.basis as acceptance_basis,
         c.ceiling as accepted_level,
         c.accepted_by,
         p.name as accepted_by_name,
         upper(c.validity) - 1 as accepted_until,
         a.next_review,
         coalesce(a.next_review <= d.today and a.status <> 'closed', false) as review_due,
         isms.appetite_for((select isms.appetite_map()), a.scope, a.method, a.asset, a.category) ->> 1 as appetite,
         isms.is_within_appetite((select isms.appetite_map()), a.scope, a.method, a.asset, a.category, a.current_rank) as within_appetite,
         a.current_best_rank,
         a.current_best_level,
         a.residual_best_rank,
         a.residual_best_level,
         a.overridden is not null as overridden,
         case when a.overridden is not null then isms.override_said(a.scope, a.code) end as override_said,
         case when a.overridden is not null then isms.override_until(a.scope, a.code) end as overridden_until
    from isms.risk_assessment a
    join isms.scope_day d on d.scope = a.scope
    left join isms.person o on o.code = a.owner
    left join (
      -- Sorted by risk first, since by scope alone it would lure the planner into comparing each risk with every acceptance.
      -- The one in force before the one to come, before the one that is over; of several the most final.
      select distinct on (x.risk, x.scope)
             x.scope, x.risk, x.code, x.status, x.validity, x.basis, x.ceiling, x.frozen, x.accepted_by
        from isms.acceptance x
        join isms.scope_day y on y.scope = x.scope
       where x.status in ('requested', 'accepted', 'revoked')
       order by x.risk, x.scope,
                case
                  when x.status = 'accepted' and y.today <@ x.validity then 1
                  when x.status = 'requested' then 2
                  when x.status = 'accepted' and lower(x.validity) > y.today then 3
                  when x.status = 'accepted' then 4
                  else 5
                end,
                case x.basis when 'residual' then 1 when 'target' then 2 else 3 end,
                upper(x.validity) desc, x.code desc) c on c.scope = a.scope and c.risk = a.code
    left join isms.risk_level l on l.scope = a.scope and l.method = a.method and l.label = c.ceiling
    left join isms.person p on p.code = c.accepted_by;

comment on view isms.risk_register is 'The risk register (6.1.2, 6.1.3, 8.2): every risk with owner, levels before and after controls, treatment and acceptance, as of now';
comment on column isms.risk_register.scope is 'Scope';
comment on column isms.risk_register.code is 'Key of the risk in the scope';
comment on column isms.risk_register.title is 'Title';
comment on column isms.risk_register.asset is 'Asset at risk';
comment on column isms.risk_register.asset_title is 'Title of the asset';
comment on column isms.risk_register.category is 'Category';
comment on column isms.risk_register.threat is 'Threat';
comment on column isms.risk_register.vulnerability is 'Vulnerability';
comment on column isms.risk_register.scenario is 'Event scenario';
comment on column isms.risk_register.hits is 'Dimensions the threat hits: letters of CIA';
comment on column isms.risk_register.owner is 'Risk owner';
comment on column isms.risk_register.owner_name is 'Name of the risk owner';
comment on column isms.risk_register.status is 'State in workflow risk';
comment on column isms.risk_register.method is 'Method it is assessed with';
comment on column isms.risk_register.assessed_on is 'Date of the assessment';
comment on column isms.risk_register.likelihood is 'Likelihood before controls, as rated';
comment on column isms.risk_register.consequence is 'Consequence before controls, as rated';
comment on column isms.risk_register.inherent_score is 'Score before controls';
comment on column isms.risk_register.inherent_rank is 'Rank of the level before controls';
comment on column isms.risk_register.inherent_level is 'Level before controls';
comment on column isms.risk_register.inherent_colour is 'Colour of the level before controls';
comment on column isms.risk_register.current_score is 'Score with the controls that are implemented and did not fail their latest test: what is carried today';
comment on column isms.risk_register.current_rank is 'Rank of the level with the controls that are implemented and did not fail their latest test: what is carried today';
comment on column isms.risk_register.current_level is 'Level with the controls that are implemented and did not fail their latest test: what is carried today';
comment on column isms.risk_register.current_colour is 'Colour of the level with the controls that are implemented and did not fail their latest test: what is carried today';
comment on column isms.risk_register.target_score is 'Score with everything planned too';
comment on column isms.risk_register.target_rank is 'Rank of the level with everything planned too';
comment on column isms.risk_register.target_level is 'Level with everything planned too';
comment on column isms.risk_register.target_colour is 'Colour of the level with everything planned too';
comment on column isms.risk_register.residual_basis is 'Which state the residual risk is: target until treatment is complete, then current';
comment on column isms.risk_register.residual_score is 'Score of the residual risk, of the state residual_basis names';
comment on column isms.risk_register.residual_rank is 'Rank of the level of the residual risk, of the state residual_basis names';
comment on column isms.risk_register.residual_level is 'Level of the residual risk, of the state residual_basis names';
comment on column isms.risk_register.residual_colour is 'Colour of the level of the residual risk, of the state residual_basis names';
comment on column isms.risk_register.verified_rank is 'Rank of the level with the controls alone that tests or evidence show to work';
comment on column isms.risk_register.verified_level is 'Level with the controls alone that tests or evidence show to work';
comment on column isms.risk_register.disposition is 'What the method says of the current level: acceptable, tolerable, unacceptable or never';
comment on column isms.risk_register.controls is 'How many controls and other effects are planned or in use';
comment on column isms.risk_register.controls_current is 'How many of them count today';
comment on column isms.risk_register.controls_unrated is 'How many of them state nothing the residual rule could use, and so take nothing off';
comment on column isms.risk_register.treatment_option is 'Options chosen and not given up';
comment on column isms.risk_register.treatment_status is 'proposed, approved, in_progress, completed, or withdrawn (every option given up); null without a treatment';
comment on column isms.risk_register.open_actions is 'How many actions for it are planned, in progress, or done and not verified';
comment on column isms.risk_register.next_due is 'Next due date of an action that is not done';
comment on column isms.risk_register.overdue is 'Has the due date of an action passed?';
comment on column isms.risk_register.acceptance_state is 'State of the acceptance that matters most today: none, pending, scheduled, valid, lapsing (ends within 30 days), lapsed, stale or revoked';
comment on column isms.risk_register.acceptance is 'Key of that acceptance';
comment on column isms.risk_register.acceptance_basis is 'What it accepts: interim, target or residual';
comment on column isms.risk_register.accepted_level is 'Highest level it accepts';
comment on column isms.risk_register.accepted_by is 'Person who accepted';
comment on column isms.risk_register.accepted_by_name is 'Name of the person who accepted';
comment on column isms.risk_register.accepted_until is 'Last day of the acceptance';
comment on column isms.risk_register.next_review is 'Date of the next review';
comment on column isms.risk_register.review_due is 'Is a review due?';
comment on column isms.risk_register.appetite is 'Highest level within the appetite that counts for the risk; null if none is stated';
comment on column isms.risk_register.within_appetite is 'Is the current level within it? Null where no appetite is stated or the level is not known';
comment on column isms.risk_register.current_best_rank is 'Rank of the current level if the controls were independent, where the method says their dependence is unknown; else the current one';
comment on column isms.risk_register.current_best_level is 'Label of that level';
comment on column isms.risk_register.residual_best_rank is 'The same for the residual risk';
comment on column isms.risk_register.residual_best_level is 'Label of that level';
comment on column isms.risk_register.overridden is 'Did an expert enter the current or the target value in place of the computed one?';
comment on column isms.risk_register.override_said is 'By whom, approved by whom, until when and why';
comment on column isms.risk_register.overridden_until is 'Last day of it; the earlier where both are entered';
