// SPDX-License-Identifier: Apache-2.0
// What UndefinedBehaviorSanitizer has to find: a shift by as many bits as the number of arguments, and 31 more.
int main(int count, char **words) {
  (void)words;
  return (count << (count + 30)) == 0;
}
