// SPDX-License-Identifier: Apache-2.0

/// A PostgreSQL that stands for the database of an authority. It has one server and no port: what connects to it uses a socket in
/// its folder.
package struct LocalCluster: Sendable {
  /// As its log is shown.
  package let name: String
  /// The nodes whose store it has.
  package let nodes: [String]
  /// Its own folder, with the data and the socket.
  package let folder: String

  package var data: String { "\(folder)/data" }

  /// What the nodes connect to.
  package var url: String { "postgresql://headwater@/postgres?host=\(Self.encoded(folder))&port=\(Self.port)" }

  /// What a shell needs to make it where it is not made yet, and to serve it. The end of the shell's standard input ends the
  /// server in order.
  ///
  /// - Parameter programs: the folder of PostgreSQL's programs.
  package func shellArguments(programs: String) -> [String] {
    ["-c", Self.script, "sh", "\(programs)/initdb", data, "\(programs)/postgres"] + serving
  }

  /// The shell that waits for the end of the input is no child of the server, which would take its end for a crash.
  private static let script = """
    exec 3<&0
    initdb=$1 data=$2
    shift 2
    if ! test -e "$data/PG_VERSION"; then
      "$initdb" -D "$data" -U headwater -A trust -E UTF8 --locale=C --no-sync > /dev/null < /dev/null || exit
    fi
    ( ( read -r line; kill -INT $$ ) <&3 > /dev/null 2>&1 & )
    exec "$@" < /dev/null 3<&-
    """

  private var serving: [String] {
    let settings = [
      "listen_addresses=", "port=\(Self.port)", "unix_socket_directories=\"\(folder)\"", "log_line_prefix=",
      "max_connections=\(20 + 10 * nodes.count)",
    ]
    return ["-D", data] + settings.flatMap { ["-c", $0] }
  }

  /// The line of its log that says that it can be connected to.
  package static let readyLine = "database system is ready to accept connections"

  /// Why no socket can be in its folder; nil if one can.
  package var problem: String? {
    // PostgreSQL and libpq read lists of folders.
    guard !folder.contains(where: { ",\"".contains($0) || $0.isNewline }) else {
      return "PostgreSQL cannot have a socket in \(folder), whose path has a comma or a quote: choose another "
        + "--directory"
    }
    guard "\(folder)/.s.PGSQL.\(Self.port)".utf8.count <= Self.longestSocket else {
      return "the path of PostgreSQL's socket in \(folder) is too long: choose a --directory with a shorter path"
    }
    return nil
  }

  /// Linux has room for so many bytes.
  private static let longestSocket = 107
  private static let port = 5432

  private static func encoded(_ path: String) -> String {
    path.utf8.map { byte in
      let character = Character(Unicode.Scalar(byte))
      let isPlain = byte < 0x80 && (character.isLetter || character.isNumber || "/-_.".contains(character))
      let digits = String(byte, radix: 16, uppercase: true)
      return isPlain ? String(Unicode.Scalar(byte)) : "%\(digits.count == 1 ? "0" : "")\(digits)"
    }.joined()
  }

  /// Where PostgreSQL's programs may be, in the order in which they are looked for: the folders of PATH, then those of
  /// Debian, which are not in PATH, the latest version first.
  ///
  /// - Parameters:
  ///   - path: PATH.
  ///   - versions: the names in ``versionsFolder``.
  package static func programFolders(path: String, versions: [String]) -> [String] {
    let own = path.split(separator: ":").map(String.init).filter { $0.hasPrefix("/") }
    let known = versions.compactMap { name in Int(name).map { (name, $0) } }.sorted { $0.1 > $1.1 }
    return own + known.map { "\(versionsFolder)/\($0.0)/bin" }
  }

  package static let versionsFolder = "/usr/lib/postgresql"
}

extension LocalCluster {
  /// One for each authority on PostgreSQL.
  static func all(of topology: Topology, _ files: LocalFiles) -> [LocalCluster] {
    let authorities = topology.authorities
    return authorities.enumerated().map { number, authority in
      let name = authorities.count == 1 ? "postgresql" : "postgresql-\(number + 1)"
      return LocalCluster(
        name: name, nodes: authority.nodes.map { topology.nodes[$0].name.value }, folder: files.cluster(name))
    }
  }
}
