// SPDX-License-Identifier: Apache-2.0
import PRWire

/// Which addresses mean the same place.
extension Endpoint {
  var host: String? {
    switch self {
    case .tcp(let host, _), .tls(let host, _): host
    case .unix: nil
    }
  }

  var port: Int? {
    switch self {
    case .tcp(_, let port), .tls(_, let port): port
    case .unix: nil
    }
  }

  var isUnix: Bool { if case .unix = self { true } else { false } }

  /// All addresses of the machine.
  var isWildcard: Bool { host == "0.0.0.0" || host == "::" }

  /// Only for those on the machine itself.
  var isLoopback: Bool {
    guard let host else { return isUnix }
    return LoopbackHost.contains(host)
  }

  func with(host: String) -> Endpoint {
    switch self {
    case .tcp(_, let port): .tcp(host: host, port: port)
    case .tls(_, let port): .tls(host: host, port: port)
    case .unix: self
    }
  }
}

extension TopologyNode {
  /// Names of machines do not tell capitals from small letters.
  var machine: String? { host?.value.lowercased() }

  /// Two nodes without a `host` are taken to be on one machine, as on a laptop.
  func isOnSameMachine(as other: TopologyNode) -> Bool { machine == other.machine }

  /// Where another node reaches this one: between machines by TLS if it can be, on one machine by the shortest way.
  func reachable(from other: TopologyNode) -> Endpoint? {
    let isNear = isOnSameMachine(as: other)
    let order: (Endpoint) -> Int = { endpoint in
      switch endpoint {
      case .unix: isNear ? 0 : 9
      case .tcp: 1
      case .tls: isNear ? 2 : 0
      }
    }
    return endpoints.enumerated().sorted { (order($0.element), $0.offset) < (order($1.element), $1.offset) }
      .lazy.compactMap { reachable($0.element, isNear: isNear) }.first
  }

  private func reachable(_ endpoint: Endpoint, isNear: Bool) -> Endpoint? {
    guard endpoint.port != 0 else { return nil }
    if endpoint.isLoopback { return isNear ? endpoint : nil }
    guard endpoint.isWildcard else { return endpoint }
    if let host { return endpoint.with(host: host.value) }
    return isNear ? endpoint.with(host: endpoint.host == "::" ? "::1" : "127.0.0.1") : nil
  }

  /// Whether an address that `other` calls leads to one of our listeners, whatever it speaks.
  func answers(_ address: Endpoint, from other: TopologyNode) -> Endpoint? {
    let isNear = isOnSameMachine(as: other)
    return endpoints.first { listener in
      if case .unix = address { return isNear && listener == address }
      guard let port = listener.port, port != 0, port == address.port else { return false }
      if address.isLoopback { return isNear && (listener.isLoopback || listener.isWildcard) }
      if listener.isLoopback { return false }
      let isOurs = machine.map { $0 == address.host?.lowercased() } ?? false
      return listener.host?.lowercased() == address.host?.lowercased() || isOurs
    }
  }
}
