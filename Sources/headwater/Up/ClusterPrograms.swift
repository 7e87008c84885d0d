// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRAssembly
import PRTopology
import Subprocess

/// What makes and serves the databases of a local federation: PostgreSQL's own programs.
struct ClusterPrograms {
  private let folder: String
  private let account: ServerAccount?

  private static let needed = ["initdb", "postgres"]

  init() throws {
    guard !ServerDatabase.isMissing else { throw UserFacingError(ServerDatabase.howToBuild) }
    let manager = FileManager.default
    let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
    let versions = (try? manager.contentsOfDirectory(atPath: LocalCluster.versionsFolder)) ?? []
    let folders = LocalCluster.programFolders(path: path, versions: versions)
    let found = folders.first { folder in
      Self.needed.allSatisfy { manager.isExecutableFile(atPath: "\(folder)/\($0)") }
    }
    guard let found else {
      throw UserFacingError(
        "the topology has an authority on PostgreSQL, and its programs 'initdb' and 'postgres' are neither in PATH nor in "
          + "\(LocalCluster.versionsFolder)/*/bin: install PostgreSQL's server, such as Debian's package 'postgresql'")
    }
    folder = found
    account = try ServerAccount.needed()
  }

  /// Makes a cluster's folder.
  ///
  /// - Parameter work: the folder in which it is.
  func makeFolder(of cluster: LocalCluster, in work: WorkFolder) throws {
    if let problem = cluster.problem { throw UserFacingError(problem) }
    do {
      try FileManager.default.createDirectory(
        atPath: cluster.folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    } catch {
      throw UserFacingError("cannot make the folder \(cluster.folder): is \(work.path) writable?")
    }
    guard let account else { return }
    work.letOthersPass()
    try account.take(cluster.folder)
  }

  /// Makes the cluster where there is none, and serves it.
  func command(_ cluster: LocalCluster) -> ChildCommand {
    var variables = ChildCommand.without("HEADWATER_", "PG")
    variables["LC_ALL"] = "C"
    let words = cluster.shellArguments(programs: folder)
    let (program, arguments) = account?.command("/bin/sh", words) ?? ("/bin/sh", words)
    return ChildCommand(
      program: program, arguments: arguments, variables: variables, folder: cluster.folder, stopSignal: .interrupt,
      isReady: { $0.contains(LocalCluster.readyLine) })
  }
}
