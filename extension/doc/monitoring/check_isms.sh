#!/bin/sh
# check_isms.sh [PSQL ARGUMENT...]: isms.health as a check for Nagios, Icinga and what understands their plugins.
#
# The arguments are psql's, as in: check_isms.sh -h db1 -U monitor -d acme.  ONLY='unsealed_age checkpoint_age' looks at some metrics alone.
# Exit status: 0 ok, 1 warning, 2 critical, 3 unknown (no answer).

said=$(psql -XAtq -v ON_ERROR_STOP=1 -v only="${ONLY:-}" "$@" <<'SQL' 2>&1
select max(case h.state when 'ok' then 0 when 'warning' then 1 else 2 end) as status,
       coalesce(string_agg(concat_ws(' ', h.metric, h.scope, h.kind) || ': ' || translate(h.message, E'|\n', '/ '), '; ' order by h.state = 'warning', h.metric)
                  filter (where h.state <> 'ok'), count(*) || ' metrics are well') as said,
       string_agg(format('''%s''=%s;%s;%s', concat_ws(' ', h.metric, h.scope, h.kind), round(h.value, 3), case when not m.falling then h.warning::text else h.warning || ':' end,
                         case when not m.falling then h.critical::text else h.critical || ':' end), ' ' order by m.position, h.scope, h.kind) filter (where h.value is not null) as data
  from isms.health h
  join isms.health_metric m on m.name = h.metric
 where :'only' = '' or h.metric = any (string_to_array(:'only', ' '));
SQL
) || {
	echo "ISMS UNKNOWN - $(echo "$said" | head -n 1)"
	exit 3
}
status=${said%%|*}
said=${said#*|}
case $status in
	0) word=OK ;;
	1) word=WARNING ;;
	2) word=CRITICAL ;;
	*)
		echo "ISMS UNKNOWN - there is no such metric"
		exit 3
		;;
esac
echo "ISMS $word - $said"
exit "$status"
