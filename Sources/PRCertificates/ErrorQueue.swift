// SPDX-License-Identifier: Apache-2.0
import COpenSSL

/// The errors that OpenSSL left on this thread's stack.
enum ErrorQueue {
  /// To be called before each call that may fail: OpenSSL takes what lies on the stack for news.
  static func clear() { ERR_clear_error() }

  /// Takes what is on the stack, which is empty then.
  ///
  /// - Returns: the reasons, from OpenSSL's and the operating system's tables: fixed texts, nothing of what was read.
  static func drain() -> String {
    var texts: [String] = []
    while case let code = ERR_get_error(), code != 0 {
      guard let reason = headwater_tls_reason(code) else { continue }
      let text = String(cString: reason)
      if texts.last != text { texts.append(text) }
    }
    return texts.isEmpty ? "no reason given" : texts.joined(separator: "; ")
  }
}
