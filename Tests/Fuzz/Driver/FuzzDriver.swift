// SPDX-License-Identifier: Apache-2.0
import Foundation
import FuzzTargets

/// libFuzzer, as a function: it calls `body` for one input after the other.
@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
  _ count: UnsafeMutablePointer<CInt>,
  _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
  _ body: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

/// Runs libFuzzer on the target that the environment variable `FUZZ_TARGET` names. Its arguments are libFuzzer's. With
/// `list` instead, it prints the targets and their longest inputs.
@main
struct FuzzDriver {
  private static let target: FuzzTarget = {
    let name = ProcessInfo.processInfo.environment["FUZZ_TARGET"] ?? ""
    guard let target = FuzzTarget.all.first(where: { $0.name == name }) else { end("FUZZ_TARGET names no target") }
    return target
  }()

  static func main() {
    if CommandLine.arguments.dropFirst().first == "list" {
      for target in FuzzTarget.all { print(target.name, target.limits.length) }
      return
    }
    // What is made once is no cost of an input.
    for _ in 0..<2 { try? target.run(UnsafeRawBufferPointer(start: nil, count: 0)) }
    var (count, arguments) = (CommandLine.argc, CommandLine.unsafeArgv)
    let status = runDriver(&count, &arguments) { bytes, count in
      let before = Cost.now
      do {
        try FuzzDriver.target.run(UnsafeRawBufferPointer(start: bytes, count: count))
      } catch {
        FuzzDriver.end("\(FuzzDriver.target.name): \(error)")
      }
      let (after, limits) = (Cost.now, FuzzDriver.target.limits)
      let (time, memory) = (after.milliseconds - before.milliseconds, (after.kilobytes - before.kilobytes) / 1024)
      guard time <= limits.milliseconds, memory <= limits.memory else {
        FuzzDriver.end("\(FuzzDriver.target.name): an input of \(count) bytes takes \(time) ms and \(memory) MiB")
      }
      return 0
    }
    exit(status)
  }

  /// libFuzzer keeps the input of a process that ends here.
  private static func end(_ text: String) -> Never {
    FileHandle.standardError.write(Data("\(text)\n".utf8))
    abort()
  }
}

/// What the process has used so far.
private struct Cost {
  /// Processor time.
  let milliseconds: Int
  /// The greatest memory at any time.
  let kilobytes: Int

  static var now: Cost {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    let times = [usage.ru_utime, usage.ru_stime].map { Int($0.tv_sec) * 1000 + Int($0.tv_usec) / 1000 }
    return Cost(milliseconds: times[0] + times[1], kilobytes: Int(usage.ru_maxrss))
  }
}
