// SPDX-License-Identifier: Apache-2.0

/// How values are written, in the words of complaints: about a topology and about a command line.
package enum ValueForm {
  package static let time = "a time has its unit: 300ms, 2s, 5m or 1h"
  package static let period = "write off, or a time of a second or more, such as 60s"
  package static let lane = "a lane is written k/n with k below n, such as 0/4 to 3/4"
}
