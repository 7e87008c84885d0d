// SPDX-License-Identifier: Apache-2.0
#if PostgreSQL
  import PRStore
  import Testing

  @testable import PRStorePostgres

  @Suite("The URL of a database")
  struct AddressTests {
    @Test("is named without its user and its password")
    func name() throws {
      let address = try PostgresAddress("postgresql://hw:s%3Acret@db1:5433,db2/headwater?sslmode=verify-full")
      #expect(address.name == "postgresql://db1:5433,db2/headwater")
      #expect(address.hostCount == 2)
    }

    @Test("is taken apart, so that an attempt goes to one host")
    func hosts() throws {
      let address = try PostgresAddress("postgresql://hw@db1,db2/headwater?port=5433,5434&options=-c%20geqo%3Doff")
      for (index, port) in ["5433", "5434"].enumerated() {
        let settings = Dictionary(
          address.settings(host: index, applicationName: "headwater a", options: [("jit", "off")])
        ) { $1 }
        #expect(settings["host"] == "db\(index + 1)" && settings["port"] == port)
        #expect(settings["options"] == "-c geqo=off -c jit=off", "the store's own settings count")
        #expect(settings["application_name"] == "headwater a" && settings["dbname"] == "headwater")
      }
    }

    @Test(
      "is refused where it cannot be read, or sets what the store sets itself, without its password",
      arguments: [
        "postgresql://hw:secret@db1:nonsense:7/x?y", "postgresql://hw:secret@db1/x?nonsense=1",
        "postgresql://hw:sec%zzret@d/",
        "postgresql://hw:secret@db1/x?target_session_attrs=any",
        "postgresql://hw:secret@a,b,c/x?port=1,2",
      ])
    func refused(url: String) {
      let error = #expect(throws: PostgresAddress.Unreadable.self) { try PostgresAddress(url) }
      #expect(error.map { !$0.description.contains("sec") } == true)
    }
  }

  @Suite("What is compared with PostgreSQL's releases and marks")
  struct ReleaseTests {
    @Test(
      "a release that may confirm too early is named",
      arguments: [
        (150_012, "15.12"), (150_013, nil), (150_018, nil), (170_004, "17.4"), (180_000, nil), (120_022, "12.22"),
      ] as [(Int, String?)])
    func complaint(number: Int, expected: String?) {
      #expect(PostgresRelease(number: number).complaint == expected)
    }

    @Test(
      "a stop mark is read as it was written",
      arguments: [
        .behind(mark: 9, file: 3), .otherRows(mark: 4), .otherStore(mark: "a", file: "b"), .unreadable,
      ] as [StoreLoss])
    func stop(loss: StoreLoss) {
      #expect(PostgresStop.loss(PostgresStop.text(of: loss)) == loss)
    }

    @Test("a stop mark that cannot be read stops as well", arguments: ["", "behind x 3", "behind 1", "else"])
    func unreadable(text: String) { #expect(PostgresStop.loss(text) == .unreadable) }
  }
#endif
