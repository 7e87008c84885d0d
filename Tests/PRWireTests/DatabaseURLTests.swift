// SPDX-License-Identifier: Apache-2.0
import PRWire
import Testing

@Suite("A database option that names a server")
struct DatabaseURLTests {
  @Test("is told from a file by its scheme")
  func scheme() {
    #expect(DatabaseURL.isURL("postgresql://a/b") && DatabaseURL.isURL("postgres://a/b"))
    #expect(!DatabaseURL.isURL("prserv.sqlite3") && !DatabaseURL.isURL("/srv/postgresql://x"))
  }

  @Test(
    "is shown without its password",
    arguments: [
      ("postgresql://hw:secret@db1,db2/headwater", "postgresql://hw:***@db1,db2/headwater"),
      ("postgresql://hw@db1/headwater", "postgresql://hw@db1/headwater"),
      ("postgresql://db1/headwater", "postgresql://db1/headwater"),
      ("--database=postgresql://hw:sec@ret@db1/x", "--database=postgresql://hw:***@db1/x"),
      ("postgresql://db1/x?password=secret&sslmode=require", "postgresql://db1/x?password=***&sslmode=require"),
      ("postgresql://db1/x?sslpassword=secret", "postgresql://db1/x?password=***"),
      ("postgresql://db1/x?password=se?cret", "postgresql://db1/x?password=***"),
      ("postgresql://db1/x?password=secret # ask a@b", "postgresql://db1/x?password=***"),
      ("postgresql://db1/x?sslmode=require&password=secret", "postgresql://db1/x?sslmode=require&password=***"),
      ("--listen", "--listen"),
    ])
  func withoutPassword(text: String, shown: String) { #expect(DatabaseURL.withoutPassword(text) == shown) }
}
