// SPDX-License-Identifier: Apache-2.0

/// What a client of HTTP is answered at a port for the PR protocol. The reason phrase carries the sentence: it is all that
/// BitBake's XML-RPC client shows.
package enum HTTPRefusal {
  /// - Returns: nil for a peer that would not understand it.
  package static func text(to foreigner: WireError.Foreigner) -> String? {
    let sentence: String
    switch foreigner {
    case .http:
      sentence =
        "This port speaks BitBake's PR protocol, not HTTP; the status page has an address of its own (--status)"
    case .xmlRPC:
      sentence = "This port speaks the PR protocol of BitBake 1.52 (2021) and later; this client's XML-RPC is too old"
    case .tls, .unknown: return nil
    }
    let body = sentence + ".\n"
    return
      "HTTP/1.1 400 \(sentence)\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: \(body.utf8.count)\r\n"
      + "Connection: close\r\n\r\n\(body)"
  }
}
