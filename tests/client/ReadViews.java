// A client in Java, over JDBC: asks what a file of queries asks and writes the answers as COPY would.
//
//	java -cp postgresql.jar ReadViews.java text|binary URL FILE
//
// A line of the file is a name, a tab and a query.  Before each answer stands "== name".  Values are taken as what JDBC
// makes of their type, so that in binary mode the driver has had to understand them.
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.Types;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.util.HexFormat;
import java.util.Properties;

public class ReadViews {
	static final DateTimeFormatter TIME = new DateTimeFormatterBuilder().appendPattern("yyyy-MM-dd HH:mm:ss")
		.appendFraction(ChronoField.MICRO_OF_SECOND, 0, 6, true).appendLiteral("+00").toFormatter();

	static String element(String s) {
		if (!s.isEmpty() && !s.equalsIgnoreCase("null") && !s.matches("(?s).*[{},\"\\\\\\s].*"))
			return s;
		return '"' + s.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
	}

	static String value(ResultSet r, ResultSetMetaData m, int i) throws Exception {
		switch (m.getColumnTypeName(i)) {
			case "bool": {
				boolean b = r.getBoolean(i);
				return r.wasNull() ? null : b ? "t" : "f";
			}
			case "timestamptz": {
				OffsetDateTime t = r.getObject(i, OffsetDateTime.class);
				return t == null ? null : TIME.format(t.withOffsetSameInstant(ZoneOffset.UTC));
			}
			case "numeric":
				return r.getBigDecimal(i) == null ? null : r.getBigDecimal(i).toPlainString();
			case "date":
				return r.getDate(i) == null ? null : r.getDate(i).toString();
			case "float8": {
				double d = r.getDouble(i);
				return r.wasNull() ? null : Double.toString(d).replaceFirst("\\.0$", "");
			}
			case "_text": {
				var array = r.getArray(i);
				if (array == null)
					return null;
				StringBuilder words = new StringBuilder();
				for (String s : (String[]) array.getArray())
					words.append(words.length() == 0 ? "" : ",").append(element(s));
				return "{" + words + "}";
			}
			case "bytea":
				return r.getBytes(i) == null ? null : "\\x" + HexFormat.of().formatHex(r.getBytes(i));
			default:
				return r.getString(i);
		}
	}

	public static void main(String[] args) throws Exception {
		PrintStream out = new PrintStream(System.out, false, "UTF-8");
		Properties p = new Properties();
		if (args[0].equals("binary")) {
			p.setProperty("prepareThreshold", "-1");
			p.setProperty("binaryTransfer", "true");
		} else {
			p.setProperty("binaryTransfer", "false");
		}
		try (var connection = DriverManager.getConnection(args[1], p)) {
			for (String line : Files.readAllLines(Path.of(args[2]))) {
				String[] part = line.split("\t", 2);
				out.println("== " + part[0]);
				try (var statement = connection.prepareStatement(part[1]); var r = statement.executeQuery()) {
					ResultSetMetaData m = r.getMetaData();
					while (r.next()) {
						StringBuilder row = new StringBuilder();
						for (int i = 1; i <= m.getColumnCount(); i++) {
							String v = value(r, m, i);
							if (i > 1)
								row.append('\t');
							row.append(v == null ? "\\N" : v.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t"));
						}
						out.print(row.append('\n'));
					}
				}
			}
		}
		out.flush();
	}
}
