// SPDX-License-Identifier: Apache-2.0
import COpenSSL

/// The errors that OpenSSL left on this thread's stack, oldest first.
package struct ErrorQueue {
  private let codes: [UInt]

  /// To be called before each call that may fail: OpenSSL takes what lies on the stack for news.
  package static func clear() { ERR_clear_error() }

  /// Takes what is on the stack, which is empty then.
  package static func drain() -> ErrorQueue {
    var codes: [UInt] = []
    while case let code = ERR_get_error(), code != 0 { codes.append(UInt(clamping: code)) }
    return ErrorQueue(codes: codes)
  }

  /// The reasons, from OpenSSL's and the operating system's tables: fixed texts, nothing of what was read.
  package var text: String {
    var texts: [String] = []
    for code in codes {
      guard let reason = headwater_tls_reason(code) else { continue }
      let text = String(cString: reason)
      if texts.last != text { texts.append(text) }
    }
    return texts.isEmpty ? "no reason given" : texts.joined(separator: "; ")
  }

  /// What the operating system said, or else all reasons.
  package var systemText: String {
    guard let code = codes.first(where: { ERR_GET_LIB($0) == ERR_LIB_SYS }) else { return text }
    return ErrorQueue(codes: [code]).text
  }

  /// Whether one of the errors is this one.
  package func contains(_ library: Int32, _ reasons: Int32...) -> Bool {
    codes.contains { ERR_GET_LIB($0) == library && reasons.contains(ERR_GET_REASON($0)) }
  }

  /// The number of the alert that the peer sent.
  package var alert: Int32? {
    for code in codes where ERR_GET_LIB(code) == ERR_LIB_SSL {
      let number = ERR_GET_REASON(code) - SSL_AD_REASON_OFFSET
      if (0...255).contains(number) { return number }
    }
    return nil
  }
}
