// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Makes the calls of a program to the system fail, and its wall clock step, while it runs. The library of
/// `Tests/FaultShim` does so; it is preloaded into the program and reads what is written here.
final class FaultControl: Sendable {
  /// Calls on the files of this test process's temporary folders.
  struct Calls: OptionSet, Sendable {
    let rawValue: Int64

    static let write = Calls(rawValue: 1)
    static let sync = Calls(rawValue: 2)
    static let open = Calls(rawValue: 4)
    static let truncate = Calls(rawValue: 8)
    static let read = Calls(rawValue: 16)
    static let rename = Calls(rawValue: 32)
    static let unlink = Calls(rawValue: 64)
    static let map = Calls(rawValue: 128)
    /// Memory that SQLite asks for.
    static let allocate = Calls(rawValue: 256)
  }

  /// What becomes of a call.
  enum Fault: Hashable, Sendable {
    case fails(CInt)
    /// A write takes half of what it is given.
    case isShort

    fileprivate var word: Int64 {
      switch self {
      case .fails(let code): Int64(clamping: code)
      case .isShort: -1
      }
    }
  }

  /// The words of the control, by `fault_shim.h`.
  private enum Word: Int {
    case wall, error, calls, skip, times, seen, failed
  }

  private static let words = 8
  private let folder: TemporaryFolder
  private let file: CInt

  /// Whether the library can be preloaded, and its functions are called: tests that need it are skipped where not.
  static let isPossible: Bool = {
    guard let control = try? FaultControl(), let folder = try? TemporaryFolder() else { return false }
    control.count(.write)
    let rows = try? folder.write("", to: "rows.jsonl")
    guard let environment = try? control.environment, rows != nil else { return false }
    let arguments = ["import", "--database", "pr.sqlite3", "rows.jsonl"]
    let outcome = try? run(.headwater, arguments, environment: environment, in: folder)
    return outcome?.ending == .exit(0) && control.seen > 0
  }()

  init() throws {
    folder = try TemporaryFolder()
    let path = folder.path("control")
    try Data(count: Self.words * MemoryLayout<Int64>.size).write(to: URL(fileURLWithPath: path))
    file = ChildProcess.whileNoneStarts { open(path, O_RDWR | O_CLOEXEC) }
    guard file >= 0 else { throw Failure("no control of faults at \(path)") }
  }

  deinit { close(file) }

  /// What a program is to be started with.
  var environment: [String: String] {
    get throws {
      [
        "LD_PRELOAD": "\(try Product.bundleFolder)/libFaultShim.so", "FAULT_CONTROL": folder.path("control"),
        "FAULT_FOLDER": TemporaryFolder.prefix,
      ]
    }
  }

  /// From now on so many calls succeed, and those that follow do not.
  ///
  /// - Parameters:
  ///   - count: how many succeed first.
  ///   - times: how many do not; after them all succeed again.
  func make(_ calls: Calls, _ fault: Fault, after count: Int = 0, times: Int = .max) {
    heal()
    set(.calls, calls.rawValue)
    set(.skip, Int64(clamping: count))
    set(.seen, 0)
    set(.failed, 0)
    set(.error, fault.word)
    set(.times, Int64(clamping: times))
  }

  /// Counts calls from now on, all of which succeed.
  func count(_ calls: Calls) { make(calls, .isShort, times: 0) }

  func heal() { set(.times, 0) }

  /// How many of the calls that are meant were made.
  var seen: Int { Int(clamping: value(of: .seen)) }

  /// How many of them did not succeed.
  var failed: Int { Int(clamping: value(of: .failed)) }

  /// The wall clock shows so many seconds more than the machine's; a negative number, less.
  var wallOffset: Int {
    get { Int(clamping: value(of: .wall) / 1_000_000_000) }
    set { set(.wall, Int64(clamping: newValue) * 1_000_000_000) }
  }

  private func set(_ word: Word, _ value: Int64) {
    var value = value
    pwrite(file, &value, MemoryLayout<Int64>.size, off_t(word.rawValue * MemoryLayout<Int64>.size))
  }

  private func value(of word: Word) -> Int64 {
    var value: Int64 = 0
    pread(file, &value, MemoryLayout<Int64>.size, off_t(word.rawValue * MemoryLayout<Int64>.size))
    return value
  }
}
