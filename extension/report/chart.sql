-- Charts are SVG as text.  What they are made of: one way to escape, one to measure, one frame.
-- Nothing but ASCII is written beside users' own words (other characters as references), so that a chart is the same in every encoding.

-- XML 1.0, 2.2: most control characters can't stand in a document, not even as references.  Marks that turn the direction of what
-- follows are left out: they would turn the chart's own words.
create function isms.xml_escape(value text) returns text
  language sql immutable strict parallel safe set search_path = pg_catalog, pg_temp
  return regexp_replace(regexp_replace(regexp_replace(
           replace(replace(replace(replace(replace(value, '&', '&amp;'), '<', '&lt;'), '>', '&gt;'), '"', '&quot;'), '''', '&#39;'),
           '[\u0009\u000a\u000d]+', ' ', 'g'),
           '[\u0001-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]', '&#xFFFD;', 'g'),
           '[\u202a-\u202e\u2066-\u2069]', '', 'g');

comment on function isms.xml_escape(text) is 'Text as it can stand in XML and HTML, between tags and in attributes; characters that XML forbids are shown as U+FFFD, line breaks and tabs as a space, and marks that turn the direction of text are left out';

-- By the widest of the common sans-serif faces: what fits by this fits.
create function isms.chart_width(value text, size double precision) returns double precision
  language sql immutable strict parallel safe set search_path = pg_catalog, pg_temp
  return size * (0.66 * length(value)
                 - 0.24 * length(regexp_replace(value, '[^ ijlIftr.,:;''|!()/-]', '', 'g'))
                 + 0.14 * length(regexp_replace(value, '[^ABCDEFGHKLNOPQRSTUVXYZ&#+=<>~^]', '', 'g'))
                 + 0.35 * length(regexp_replace(value, '[^mwMW@%]', '', 'g'))
                 + 0.20 * length(regexp_replace(value, '[\u0001-\u007f]', '', 'g'))
                 + 0.50 * length(regexp_replace(value, '[\u0001-\u10ff]', '', 'g')));

comment on function isms.chart_width(text, double precision) is 'Width that text of a size takes at most in a common sans-serif face, estimated';

-- Words that run from right to left are kept apart from what stands beside them (Unicode Standard Annex 9, isolates).
create function isms.chart_label(value text, size double precision, width double precision) returns text
  language plpgsql immutable strict parallel safe set search_path = pg_catalog, pg_temp as $$
declare
  short text := regexp_replace(btrim(left(chart_label.value, 300)), E'\\s+', ' ', 'g');
  cut text := '';
begin
  if length(chart_label.value) > 300 or isms.chart_width(short, size) > width then
    while short <> '' and isms.chart_width(short, size) + size > width loop
      short := left(short, -1);
    end loop;
    short := rtrim(short);
    cut := '&#8230;';
  end if;
  return case when short ~ E'[\\u0590-\\u08ff\\ufb1d-\\ufdff\\ufe70-\\ufefc]' then '&#8296;' || isms.xml_escape(short) || '&#8297;' else isms.xml_escape(short) end || cut;
end
$$;

comment on function isms.chart_label(text, double precision, double precision) is 'Text escaped for a chart and cut, with an ellipsis, to what fits a width';

create function isms.chart_lines(value text, size double precision, width double precision, most integer) returns text[]
  language plpgsql immutable strict parallel safe set search_path = pg_catalog, pg_temp as $$
declare
  word text;
  line text;
  lines text[] := '{}';
  words text[] := regexp_split_to_array(btrim(left(chart_lines.value, 300)), E'\\s+');
begin
  for i in 1 .. cardinality(words) loop
    word := words[i];
    if line is null then
      line := word;
    elsif isms.chart_width(line || ' ' || word, size) <= width then
      line := line || ' ' || word;
    elsif cardinality(lines) = most - 1 then
      line := line || ' ' || array_to_string(words[i:], ' ');
      exit;
    else
      lines := lines || isms.chart_label(line, size, width);
      line := word;
    end if;
  end loop;
  return lines || isms.chart_label(line, size, width);
end
$$;

comment on function isms.chart_lines(text, double precision, double precision, integer) is 'Text as lines, escaped for a chart, that fit a width, broken between words; what is beyond the most lines is cut with an ellipsis';

create function isms.chart_number(value double precision) returns text
  language sql immutable strict parallel safe set search_path = pg_catalog, pg_temp
  return trim_scale(round(value::numeric, 1))::text;

comment on function isms.chart_number(double precision) is 'A coordinate: one decimal at most';

create function isms.chart_text(x double precision, y double precision, content text, attributes text default '') returns text
  language sql immutable strict parallel safe set search_path = pg_catalog, pg_temp
  return '<text x="' || isms.chart_number(x) || '" y="' || isms.chart_number(y) || '"' || case attributes when '' then '' else ' ' || attributes end || '>' || content || E'</text>\n';

comment on function isms.chart_text(double precision, double precision, text, text) is 'Element text of a chart; the content is escaped already';

create function isms.chart_rect(x double precision, y double precision, width double precision, height double precision, attributes text) returns text
  language sql immutable strict parallel safe set search_path = pg_catalog, pg_temp
  return '<rect x="' || isms.chart_number(x) || '" y="' || isms.chart_number(y) || '" width="' || isms.chart_number(width) || '" height="' || isms.chart_number(height) || '" ' || attributes || E'/>\n';

comment on function isms.chart_rect(double precision, double precision, double precision, double precision, text) is 'Element rect of a chart';

create function isms.chart_line(x1 double precision, y1 double precision, x2 double precision, y2 double precision, attributes text) returns text
  language sql immutable strict parallel safe set search_path = pg_catalog, pg_temp
  return '<line x1="' || isms.chart_number(x1) || '" y1="' || isms.chart_number(y1) || '" x2="' || isms.chart_number(x2) || '" y2="' || isms.chart_number(y2) || '" ' || attributes || E'/>\n';

comment on function isms.chart_line(double precision, double precision, double precision, double precision, text) is 'Element line of a chart';

-- WCAG 2.2, relative luminance: black where its contrast is the greater.
create function isms.chart_ink(colour text) returns text
  language sql immutable strict parallel safe set search_path = pg_catalog, pg_temp
  return (
    select case when sum(w * case when c <= 0.04045 then c / 12.92 else power((c + 0.055) / 1.055, 2.4) end) > 0.179 then '#000000' else '#ffffff' end
      from (values (2, 0.2126), (4, 0.7152), (6, 0.0722)) v(place, w)
     cross join lateral (select ('x' || substr(colour, place, 2))::bit(8)::integer / 255.0 as c) x);

comment on function isms.chart_ink(text) is 'Black or white, whichever reads better on a colour #rrggbb';

-- Colour is never alone: areas of one chart differ by pattern too.  Of number 0 is none.
create function isms.chart_patterns() returns text
  language sql immutable parallel safe set search_path = pg_catalog, pg_temp
  return (
    select '<defs>' || E'\n' || string_agg(
             '<pattern id="' || chr(1) || '-pattern-' || n || '" width="8" height="8" patternUnits="userSpaceOnUse">'
             || '<path d="' || d || '" fill="none" stroke="#000000" stroke-opacity="0.45" stroke-width="1"/></pattern>', E'\n' order by n) || E'\n</defs>\n'
      from (values (1, 'M-2,2L2,-2M0,8L8,0M6,10L10,6'), (2, 'M1,2h2M5,6h2'), (3, 'M-2,6L2,10M0,0L8,8M6,-2L10,2'), (4, 'M0,4H8M4,0V8'), (5, 'M0,0L8,8M0,8L8,0'), (6, 'M0,2H8M0,6H8')) v(n, d));

comment on function isms.chart_patterns() is 'Patterns to lay over areas of a chart, numbered from 1 to 6';

create function isms.chart_area(x double precision, y double precision, width double precision, height double precision, colour text, pattern integer) returns text
  language sql immutable strict parallel safe set search_path = pg_catalog, pg_temp
  return isms.chart_rect(x, y, width, height, 'fill="' || colour || '"')
         || case when pattern % 7 = 0 then '' else isms.chart_rect(x, y, width, height, 'fill="url(#' || chr(1) || '-pattern-' || pattern % 7 || ')"') end;

comment on function isms.chart_area(double precision, double precision, double precision, double precision, text, integer) is 'A rectangle of a chart with colour and pattern';

-- Identifiers in the body are written with chr(1), which escaped text can't hold, before them.  What replaces it is of the content: charts
-- that differ can stand in one page.
create function isms.chart_svg(kind text, title text, subtitle text, description text, width double precision, height double precision, body text) returns text
  language plpgsql stable parallel safe set search_path = pg_catalog, pg_temp as $$
declare
  said text := isms.xml_escape(chart_svg.title);
  id text := format('isms-%s-%s', kind, to_hex(hashtextextended(concat_ws(chr(1), chart_svg.title, subtitle, description, body), 0)));
begin
  return format('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %1$s %2$s" width="%1$s" height="%2$s" role="img" aria-labelledby="%3$s-title %3$s-desc" font-family="sans-serif" font-size="12" fill="#1a1a1a" direction="ltr" style="max-width:100%%;height:auto">',
                isms.chart_number(chart_svg.width), isms.chart_number(chart_svg.height), id)
         || E'\n<title id="' || id || '-title">' || said || E'</title>\n'
         || '<desc id="' || id || '-desc">' || isms.xml_escape(coalesce(description, '')) || E'</desc>\n'
         || isms.chart_rect(0, 0, chart_svg.width, chart_svg.height, 'fill="#ffffff"')
         || isms.chart_text(16, 26, isms.chart_label(chart_svg.title, 17.6, chart_svg.width - 32), 'font-size="16" font-weight="bold"')
         || case when nullif(subtitle, '') is null then '' else isms.chart_text(16, 46, isms.chart_label(subtitle, 12, chart_svg.width - 32), 'fill="#4d4d4d"') end
         || replace(body, chr(1), id)
         || '</svg>';
end
$$;

comment on function isms.chart_svg(text, text, text, text, double precision, double precision, text) is 'The frame of a chart: a whole svg element with title and description for screen readers and a heading; chr(1) in the body becomes its identifier in a page';

create function isms.chart_empty(kind text, title text, reason text) returns text
  language sql stable parallel safe set search_path = pg_catalog, pg_temp
  return isms.chart_svg(kind, title, null, 'Nothing to show: ' || reason || '.', 720, 150,
    isms.chart_rect(16, 46, 688, 84, 'fill="#f7f7f7" stroke="#8c8c8c" stroke-dasharray="4 4" rx="6"')
    || isms.chart_text(360, 84, 'Nothing to show', 'text-anchor="middle" font-size="14" font-weight="bold"')
    || isms.chart_text(360, 106, isms.chart_label(reason, 12, 660), 'text-anchor="middle" fill="#4d4d4d"'));

comment on function isms.chart_empty(text, text, text) is 'A chart that says that there is nothing to show, and why';

create function isms.chart_title(what text, scope text) returns text
  language sql stable parallel restricted set search_path = pg_catalog, pg_temp
begin atomic
  select what || ': ' || coalesce((select s.name || ' (' || s.code || ')' from isms.scope s where s.code = chart_title.scope), chart_title.scope, '');
end;

comment on function isms.chart_title(text, text) is 'Title of a chart of a scope';

create function isms.counted(number bigint, one text, many text) returns text
  language sql immutable strict parallel safe set search_path = pg_catalog, pg_temp
  return number || ' ' || case number when 1 then one else many end;

comment on function isms.counted(bigint, text, text) is 'A number with what is counted: one, or many';

-- Ticks of a time axis: round days, few enough for their labels.
create function isms.chart_days(first_day date, last_day date, most integer) returns table (day date, label text)
  language sql immutable strict parallel safe set search_path = pg_catalog, pg_temp
begin atomic
  select t.day::date,
         to_char(t.day, case when s.step < interval '1 month' then 'YYYY-MM-DD' when s.step < interval '1 year' then 'YYYY-MM' else 'YYYY' end)
    from (
      select v.step, v.origin
        from (values (interval '1 day', 1, 'day'), (interval '7 days', 7, 'week'), (interval '14 days', 14, 'week'), (interval '1 month', 30, 'month'), (interval '2 months', 61, 'year'),
                     (interval '3 months', 91, 'year'), (interval '6 months', 182, 'year'), (interval '1 year', 365, 'year'), (interval '2 years', 730, 'year'), (interval '5 years', 1826, 'decade'),
                     (interval '10 years', 3652, 'decade'), (interval '100 years', 36525, 'century'), (interval '1000 years', 365250, 'millennium')) v(step, days, origin)
       where (last_day - first_day) / v.days < most or v.days = 365250
       order by v.days
       limit 1) s
   cross join lateral generate_series(date_trunc(s.origin, first_day::timestamp), last_day::timestamp, s.step) t(day)
   where t.day >= first_day;
end;

comment on function isms.chart_days(date, date, integer) is 'Ticks of a time axis with their labels: days, months or years, at most about so many';

-- 1, 2 or 5 times a power of ten.
create function isms.chart_step(span double precision, most integer) returns double precision
  language sql immutable strict parallel safe set search_path = pg_catalog, pg_temp
begin atomic
  select v.factor * power(10::double precision, e.exponent)
    from (values (1), (2), (5), (10)) v(factor)
   cross join (select floor(log((span / most)::numeric)) as exponent) e
   where v.factor * power(10::double precision, e.exponent) * most >= span * 0.999999
   order by v.factor
   limit 1;
end;

comment on function isms.chart_step(double precision, integer) is 'Distance of ticks of an axis so that at most so many are needed for a span above 0';

-- Three digits and a unit; what is a thousand when rounded is the next unit's one.
create function isms.chart_money(amount double precision) returns text
  language sql immutable strict parallel safe set search_path = pg_catalog, pg_temp
begin atomic
  select trim_scale(round(s.amount / power(10::numeric, v.exponent), greatest(0, 2 - greatest(0, s.digits - v.exponent))::integer))::text || v.unit
    from (select r.amount, floor(log(nullif(r.amount, 0)))::integer as digits
            from (select round(chart_money.amount::numeric, greatest(0, 2 - floor(log(greatest(chart_money.amount, 1)::numeric))::integer)
                               - case when chart_money.amount >= 1000 then floor(log(chart_money.amount::numeric))::integer - 2 else 0 end) as amount) r) s
    join (values (0, ''), (3, ' k'), (6, ' M'), (9, ' bn'), (12, ' tn')) v(exponent, unit) on v.exponent <= greatest(0, coalesce(s.digits, 0))
   order by v.exponent desc
   limit 1;
end;

comment on function isms.chart_money(double precision) is 'An amount of money in three digits: 1.25 M; k thousand, M million, bn thousand million, tn million million';
