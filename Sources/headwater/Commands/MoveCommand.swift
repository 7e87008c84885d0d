// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import PRAssembly
import PRFederation
import PRStore
import PRStoreSQLite
import PRWire

#if PostgreSQL
  import PRStorePostgres
#endif

struct MoveCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "move", abstract: "Move a database between a file and PostgreSQL.",
    discussion: """
      The store stays the same: its rows keep their serials, and the nodes below go on without a fresh copy. Servers of the \
      source must be stopped. What a crash interrupts is finished by the same command. See docs/authority.md.
      """)

  @Argument(help: "The database to move: a file, or postgresql://HOST/NAME.") var source: String

  @Argument(help: "Where to: an empty database, postgresql://HOST/NAME, or a new file.") var destination: String

  func validate() throws {
    guard DatabaseURL.isURL(source) != DatabaseURL.isURL(destination) else {
      throw ValidationError("name a file and a postgresql:// URL, in either order")
    }
    if ServerDatabase.isMissing { throw ValidationError(ServerDatabase.howToBuild) }
  }

  func run() async throws {
    #if PostgreSQL
      if DatabaseURL.isURL(destination) {
        try MoveToServer(file: source, options: try .ofCommand(destination)).run()
      } else {
        let options = try PostgresOptions.ofCommand(source)
        try await MoveToFile(options: options, file: destination).run()
      }
    #endif
  }
}

#if PostgreSQL
  /// So many rows are moved at once.
  private let pageSize = 2048

  /// From a file to PostgreSQL.
  struct MoveToServer {
    let file: String
    let options: PostgresOptions

    func run() throws {
      let source = try MovingFile(file)
      let target = try PostgresFilling(options)
      let total = try source.rowCount
      if let identity = target.identity {
        guard identity == source.identity, source.target != nil else {
          throw UserFacingError("\(target.path) has the store \(identity) already; name an empty database")
        }
        // The COMMIT of an earlier run was confirmed, or its outcome was unknown.
        try source.markMoved(to: target.path)
        print("the rows of \(file) are in \(target.path) already; the file is marked")
        return
      }
      let obstacles = try source.obstacles()
      guard obstacles.isEmpty else {
        throw UserFacingError(
          "\(file) cannot be moved:\n" + obstacles.map { "  \($0)" }.joined(separator: "\n"))
      }
      try target.begin()
      var progress = ProgressBar("moving")
      var (serial, floor): (Int64, Int64) = (0, 0)
      while case let page = try source.entries(after: serial, limit: pageSize), let last = page.last {
        try target.add(page)
        serial = last.story.serial
        progress.update(share: Double(serial) / Double(max(total, 1)))
      }
      while case let page = try source.floors(after: floor, limit: pageSize), let last = page.last {
        try target.add(page)
        floor = last.serial
      }
      if let register = try source.register() { try target.add(register) }
      try target.finish(as: source.identity) { () throws(StoreError) in try source.markMoving(to: target.path) }
      progress.finish()
      try source.markMoved(to: target.path)
      print("moved \(serial) rows and \(floor) floors to \(target.path); serve it with --database")
    }
  }

  /// From PostgreSQL to a file.
  struct MoveToFile {
    let options: PostgresOptions
    let file: String

    func run() async throws {
      let source = try PostgresDraining(options)
      guard let end = try source.end() else { return try takeUp(source) }
      try source.refuseStopped()
      let target = try MovedFile(file, replaces: false)
      var progress = ProgressBar("moving")
      let (serial, floor, register) = try await StoreDrain(source: source, target: target).run { done in
        progress.update(share: Double(done) / Double(max(end.serial, 1)))
      }
      let (reached, lastFloor) = try await target.end()
      try target.complete(as: source.identity)
      let hasEnded: Bool
      do {
        hasEnded = try source.close(at: reached, lastFloor, register, movedTo: target.partial)
      } catch {
        throw UserFacingError("\(error); run the command again, which finishes the move or repeats it")
      }
      guard hasEnded else {
        target.discard()
        guard try source.end() != nil else { throw StoreError.movedAway(path: source.path) }
        throw UserFacingError(
          "rows, floors or members have come to \(source.path) meanwhile: stop its servers, and run the command again")
      }
      try target.settle()
      progress.finish()
      print("moved \(serial) rows and \(floor) floors to \(file); serve it with --database \(file)")
    }

    /// The store has ended. An earlier run may have been interrupted before the file had its name.
    private func takeUp(_ source: PostgresDraining) throws {
      guard let partial = try source.movedTo() else { throw StoreError.movedAway(path: source.path) }
      guard try MovedFile.settle(partial, as: file, of: source.identity) else {
        let place = MovedFile.path(of: partial)
        throw UserFacingError(
          "the rows of \(source.path) were moved to \(place); serve that file, or move to it if it has not its name yet"
        )
      }
      print("the rows of \(source.path) are in \(file); serve it with --database \(file)")
    }
  }

  /// Copies all rows and floors and the register of a store on PostgreSQL into a file.
  struct StoreDrain {
    let source: PostgresDraining
    let target: MovedFile

    /// - Returns: the last serials of rows and of floors, and the register.
    func run(_ progress: (Int64) -> Void) async throws -> (rows: Int64, floors: Int64, register: Register?) {
      var (serial, floor): (Int64, Int64) = (0, 0)
      while case let page = try source.entries(after: serial, limit: pageSize), let last = page.last {
        try await target.add(page)
        serial = last.story.serial
        progress(serial)
      }
      while case let page = try source.floors(after: floor, limit: pageSize), let last = page.last {
        try await target.add(page)
        floor = last.serial
      }
      let register = try source.register()
      if let register { try await target.add(register) }
      return (serial, floor, register)
    }
  }
#endif
