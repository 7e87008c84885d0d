// SPDX-License-Identifier: Apache-2.0
import PRWire
import Testing

@Suite("The place of a database on a server")
struct DatabasePlaceTests {
  @Test(
    "has servers and a name, and neither user nor password nor parameters",
    arguments: [
      ("postgresql://hw:secret@db1,DB2/headwater?sslmode=verify-full", "postgresql://db1,db2/headwater"),
      ("postgres://db1:5432,db2:5433/headwater", "postgresql://db1,db2:5433/headwater"),
      ("postgresql://hw@db1/", "postgresql://db1/hw"),
      ("postgresql://", "postgresql:///"),
      ("postgresql://[::1]:5434/x", "postgresql://[::1]:5434/x"),
      ("postgresql://u@/x?host=/run/a,%2Frun%2Fb&port=1,2&password=secret", "postgresql:///run/a:1,/run/b:2/x"),
      ("postgresql://%2Frun%2Fa/x?user=u&dbname=y%2fz", "postgresql:///run/a/y/z"),
      ("postgresql://u:p%40ss@db1/x", "postgresql://db1/x"),
    ])
  func shown(url: String, place: String) throws { #expect("\(try DatabasePlace(url))" == place) }

  /// Where a password stands in another place than its writer thinks, the place would have a part of it.
  @Test(
    "is not read of a URL that libpq would not read, or not as it is meant",
    arguments: [
      "postgresql://u:se@cret@db1/x", "postgresql://u:se/cret@db1/x", "postgresql://u:1/2@db1/x",
      "postgresql://db1:x/y", "postgresql://db1:0/y", "postgresql://db1:65536/y",
      "postgresql://[::1/x", "postgresql://[::1]5/x", "postgresql://a:1:2/x", "postgresql://db1/%",
      "postgresql://db1/%4", "postgresql://db1/%zz", "postgresql://db1/%+1", "postgresql://db1/%00",
      "postgresql://db1/%ff",
      "postgresql://db1/x?sslmode", "postgresql://db1,db2/x?port=1,2,3",
    ])
  func unreadable(url: String) { #expect(throws: OptionMistake.self) { try DatabasePlace(url) } }

  @Test("tells servers that each machine has for itself")
  func local() throws {
    let urls = ["postgresql:///x", "postgresql://localhost/x", "postgresql://127.0.0.1/x", "postgresql:///x?host=/run"]
    for url in urls { #expect(try DatabasePlace(url).servers.allSatisfy(\.isOnOwnMachine)) }
    #expect(try DatabasePlace("postgresql://db1,localhost/x").servers.map(\.isOnOwnMachine) == [false, true])
  }
}
