// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRRevision

/// What this process takes of the machine.
struct ProcessFigures: Hashable, Sendable {
  var residentBytes = 0
  var cpuSeconds = 0.0

  #if canImport(Glibc)
    private static let thisProcess = __rusage_who_t(RUSAGE_SELF.rawValue)
  #else
    private static let thisProcess = RUSAGE_SELF
  #endif

  static var now: ProcessFigures {
    var figures = ProcessFigures()
    var usage = rusage()
    if getrusage(thisProcess, &usage) == 0 {
      for time in [usage.ru_utime, usage.ru_stime] {
        figures.cpuSeconds += Double(time.tv_sec) + Double(time.tv_usec) / 1_000_000
      }
    }
    // The second field counts pages in memory: proc(5).
    let fields = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8))?.split(separator: " ") ?? []
    if fields.count > 1, let pages = Int(fields[1]) {
      figures.residentBytes = pages.multipliedClamped(by: sysconf(CInt(clamping: _SC_PAGESIZE)))
    }
    return figures
  }
}
