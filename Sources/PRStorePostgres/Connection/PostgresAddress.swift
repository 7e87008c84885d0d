// SPDX-License-Identifier: Apache-2.0
#if PostgreSQL
  import CPostgres
  import Foundation

  /// Where a database is: a URL as libpq reads it, taken apart so that each attempt goes to one host.
  package struct PostgresAddress: Hashable, Sendable {
    /// Without host, port and password, for messages.
    package let name: String
    private let settings: [Setting]
    private let hosts: [Host]

    private struct Setting: Hashable, Sendable {
      let key: String
      let value: String
    }

    private struct Host: Hashable, Sendable {
      var name: String?
      var address: String?
      var port: String?

      var place: String { (name ?? address ?? "localhost") + (port.map { ":\($0)" } ?? "") }
    }

    package struct Unreadable: Error, CustomStringConvertible {
      package let description: String
    }

    /// Settings that the store makes itself. A URL with another value for one of them would break its promises.
    private static let ownSettings = [
      "target_session_attrs", "client_encoding", "fallback_application_name", "replication",
    ]

    /// - Parameter url: `postgresql://…`
    package init(_ url: String) throws(Unreadable) {
      var message: UnsafeMutablePointer<CChar>?
      guard let options = PQconninfoParse(url, &message) else {
        defer { PQfreemem(message) }
        // libpq's text quotes a part of the URL, which may be the password.
        throw Unreadable(
          description:
            "the database's URL cannot be read; write postgresql://USER@HOST,HOST/DATABASE, with each byte of a "
            + "name that is not a letter or a digit as %XX")
      }
      defer { PQconninfoFree(options) }
      var values: [String: String] = [:]
      var option = options
      while let keyword = option.pointee.keyword {
        if let value = option.pointee.val { values[String(cString: keyword)] = String(cString: value) }
        option += 1
      }
      if let key = Self.ownSettings.first(where: { values[$0] != nil }) {
        throw Unreadable(description: "the database's URL sets \(key), which the store sets itself; leave it out")
      }
      let lists = ["host", "hostaddr", "port"].map { key in
        values.removeValue(forKey: key)?.split(separator: ",", omittingEmptySubsequences: false).map(String.init) ?? []
      }
      let count = max(lists[0].count, lists[1].count, 1)
      guard lists.prefix(2).allSatisfy({ $0.isEmpty || $0.count == count }),
        lists[2].count <= 1 || lists[2].count == count
      else {
        throw Unreadable(description: "the database's URL has another number of hosts than of addresses or ports")
      }
      func entry(_ list: [String], _ index: Int) -> String? {
        let text = list.count == 1 ? list[0] : index < list.count ? list[index] : ""
        return text.isEmpty ? nil : text
      }
      hosts = (0..<count).map { index in
        Host(name: entry(lists[0], index), address: entry(lists[1], index), port: entry(lists[2], index))
      }
      name = "postgresql://\(hosts.map(\.place).joined(separator: ","))/\(values["dbname"] ?? values["user"] ?? "")"
      settings = values.sorted { $0.key < $1.key }.map { Setting(key: $0.key, value: $0.value) }
    }

    var hostCount: Int { hosts.count }

    /// A host with its port, for messages.
    func place(_ index: Int) -> String { hosts[index].place }

    /// What libpq is passed for one host.
    ///
    /// - Parameter options: settings of the session, which the start-up packet sends.
    func settings(
      host index: Int, applicationName: String, options: [(String, String)]
    ) -> [(key: String, value: String)] {
      let host = hosts[index]
      var all = settings.filter { $0.key != "options" }.map { (key: $0.key, value: $0.value) }
      if let name = host.name { all.append((key: "host", value: name)) }
      if let address = host.address { all.append((key: "hostaddr", value: address)) }
      if let port = host.port { all.append((key: "port", value: port)) }
      // The last one of a setting counts, so that the store's own stand behind those of the URL.
      let given = settings.first { $0.key == "options" }?.value
      let own = options.map { "-c \($0.0)=\($0.1)" }.joined(separator: " ")
      all.append((key: "options", value: [given, own].compactMap(\.self).joined(separator: " ")))
      all.append((key: "client_encoding", value: "UTF8"))
      if !all.contains(where: { $0.key == "application_name" }) {
        all.append((key: "application_name", value: applicationName))
      }
      // A line on which nothing comes back is noticed by the system.
      for (key, value) in [
        ("keepalives_idle", "5"), ("keepalives_interval", "5"), ("keepalives_count", "3"),
        ("tcp_user_timeout", "15000"),
      ] where !all.contains(where: { $0.key == key }) {
        all.append((key: key, value: value))
      }
      return all
    }
  }
#endif
