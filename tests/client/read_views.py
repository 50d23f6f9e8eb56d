# A client in Python, over psycopg2: asks what a file of queries asks and writes the answers as COPY would.
#
#	read_views.py CONNECTION FILE
#
# A line of the file is a name, a tab and a query.  Before each answer stands "== name".  Values are what psycopg2 makes of
# their types, put into words again here.
import datetime
import decimal
import sys

import psycopg2
import psycopg2.extras


def element(s):
    plain = s != '' and s.lower() != 'null' and not any(c in '{},"\\ \t\n' for c in s)
    return s if plain else '"' + s.replace('\\', '\\\\').replace('"', '\\"') + '"'


def words(v):
    if v is True or v is False:
        return 't' if v else 'f'
    if isinstance(v, datetime.datetime):
        v = v.astimezone(datetime.timezone.utc)
        return (v.strftime('%Y-%m-%d %H:%M:%S') + (f'.{v.microsecond:06}' if v.microsecond else '')).rstrip('0' if v.microsecond else '') + '+00'
    if isinstance(v, datetime.date):
        return v.isoformat()
    if isinstance(v, decimal.Decimal):
        return format(v, 'f')
    if isinstance(v, float):
        return repr(v).removesuffix('.0')
    if isinstance(v, psycopg2.extras.Range):
        return 'empty' if v.isempty else v._bounds[0] + ('' if v.lower is None else words(v.lower)) + ',' + ('' if v.upper is None else words(v.upper)) + v._bounds[1]
    if isinstance(v, datetime.timedelta):
        return f'{v.seconds // 3600:02}:{v.seconds // 60 % 60:02}:{v.seconds % 60:02}'
    if isinstance(v, list):
        return '{' + ','.join('NULL' if e is None else element(str(e)) for e in v) + '}'
    if isinstance(v, memoryview):
        return '\\x' + v.hex()
    return str(v)


def row(r):
    return '\t'.join('\\N' if v is None else words(v).replace('\\', '\\\\').replace('\n', '\\n').replace('\r', '\\r').replace('\t', '\\t') for v in r)


sys.stdout.reconfigure(encoding='utf-8')
connection = psycopg2.connect(sys.argv[1])
connection.autocommit = True
# as text: what an application parses
psycopg2.extras.register_default_jsonb(connection, loads=lambda s: s)
psycopg2.extras.register_default_json(connection, loads=lambda s: s)
cursor = connection.cursor()
for line in open(sys.argv[2], encoding='utf-8'):
    name, query = line.rstrip('\n').split('\t', 1)
    print('==', name)
    cursor.execute(query)
    for r in cursor:
        print(row(r))
