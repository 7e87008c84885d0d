// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Tells the service manager how the process fares: sd_notify(3), over the socket that it names.
struct ServiceNotifier: Sendable {
  private let path: String?

  /// - Parameter environment: `NOTIFY_SOCKET`, where a service manager listens.
  init(_ environment: [String: String] = ProcessInfo.processInfo.environment) {
    path = environment["NOTIFY_SOCKET"].flatMap { $0.isEmpty ? nil : $0 }
  }

  enum State: Sendable {
    case ready, stopping, alive
    /// The options are read again; `ready` follows.
    case reloading

    fileprivate var text: String {
      switch self {
      case .ready: "READY=1"
      case .stopping: "STOPPING=1"
      case .alive: "WATCHDOG=1"
      case .reloading: "RELOADING=1\nMONOTONIC_USEC=\(DispatchTime.now().uptimeNanoseconds / 1000)"
      }
    }
  }

  /// Sends it, if there is a manager. A manager that does not listen is no failure of the server.
  func tell(_ state: State, status: String? = nil) {
    guard let path else { return }
    let text = state.text + (status.map { "\nSTATUS=\($0)" } ?? "")
    let socket = socket(AF_UNIX, Int32(clamping: SOCK_DGRAM.rawValue), 0)
    guard socket >= 0 else { return }
    defer { close(socket) }
    // A manager that does not read delays the server only briefly.
    var timeout = timeval(tv_sec: 1, tv_usec: 0)
    setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    var name = Array(path.utf8)
    guard name.count < MemoryLayout.size(ofValue: address.sun_path) else { return }
    let length = socklen_t(MemoryLayout<sa_family_t>.size + name.count)
    if name[0] == UInt8(ascii: "@") { name[0] = 0 }  // an abstract name
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name) }
    _ = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        sendto(socket, text, text.utf8.count, Int32(clamping: MSG_NOSIGNAL), address, length)
      }
    }
  }
}
