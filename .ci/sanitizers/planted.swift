// SPDX-License-Identifier: Apache-2.0
// What a sanitizer has to find, and what it has to pass over: the name of one of them is the argument.
import Foundation
import Synchronization

nonisolated(unsafe) var plain = 0
let guarded = Mutex(0)

/// Two threads at the same time.
func twice(_ body: @escaping @Sendable () -> Void) {
  let (ready, begin, ended) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
  for _ in 0..<2 {
    Thread.detachNewThread {
      ready.signal()
      begin.wait()
      for _ in 0..<100_000 { body() }
      ended.signal()
    }
  }
  for _ in 0..<2 { ready.wait() }
  for _ in 0..<2 { begin.signal() }
  for _ in 0..<2 { ended.wait() }
}

final class Kept {}

switch CommandLine.arguments.dropFirst().first {
case "thread": twice { plain += 1 }
case "mutex": twice { guarded.withLock { $0 += 1 } }
case "address":
  let bytes = UnsafeMutablePointer<UInt8>.allocate(capacity: 8)
  bytes.deallocate()
  print(bytes[0])
case "leak": for _ in 0..<100 { _ = Unmanaged.passRetained(Kept()) }
default: break
}
