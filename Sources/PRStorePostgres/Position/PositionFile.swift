// SPDX-License-Identifier: Apache-2.0
#if PostgreSQL
  import PRRevision
  import PRStore

  /// The last confirmed position of a machine, in a file that survives restarts.
  struct PositionFile: Sendable {
    let path: String
    private let environment: StoreEnvironment
    private static let title = "headwater position 1"
    private static let maximumLength = 4096

    init(_ path: String, in environment: StoreEnvironment) {
      self.path = path
      self.environment = environment
    }

    /// - Returns: nil where there is none yet.
    func read(store: String) throws(StoreError) -> ConfirmedPosition? {
      let bytes: [UInt8]
      do throws(FileError) {
        bytes = Array(try environment.files.prefix(Self.maximumLength, of: path))
      } catch {
        if error.isMissing { return nil }
        throw unfit("it cannot be read: \(error)")
      }
      let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n").map { $0.split(separator: " ") }
      let damaged = unfit(
        "it is damaged; remove it if no answer was lost, which 'headwater audit' of a backup tells")
      guard 3...4 ~= lines.count, lines[0].joined(separator: " ") == Self.title, lines[1].count == 2,
        lines[2].count == 3
      else { throw damaged }
      guard let serial = Int64(lines[2][1]), let digest = FeedDigest(String(lines[2][2])) else { throw damaged }
      guard lines[1][1] == store else {
        throw unfit("it is of the store \(lines[1][1]), and the database is \(store); name another file")
      }
      guard lines.count == 4 else {
        return ConfirmedPosition(point: FeedPoint(serial: serial, digest: digest), recovery: "")
      }
      guard lines[3].count == 2, lines[3][0] == "recovery" else { throw damaged }
      return ConfirmedPosition(point: FeedPoint(serial: serial, digest: digest), recovery: String(lines[3][1]))
    }

    private func unfit(_ detail: String) -> StoreError { .unfit(path: path, detail: "the position file: \(detail)") }

    func write(_ position: ConfirmedPosition, store: String) throws(StoreError) {
      let recovery = position.recovery.isEmpty ? "" : "recovery \(position.recovery)\n"
      let text = "\(Self.title)\nstore \(store)\nlast \(position.point.serial) \(position.point.digest)\n\(recovery)"
      do throws(FileError) {
        try AtomicFile(path, in: environment).write(text.utf8)
      } catch {
        throw unfit("it cannot be written: \(error)")
      }
    }
  }
#endif
