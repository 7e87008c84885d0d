# The authority moves to another machine with a copy of its database. The first is started again by mistake, and its name leads to it: each
# of the two is shown by a member's report that the other one has given what it does not have. The second is ended.
seed 23
watch
node hq
node pune
node copy
link pune hq delay 20ms rate 1000000
link pune copy delay 20ms rate 1000000
1000ms create hq
10000ms join pune below hq
60000ms clone hq to copy
120000ms kill hq
120000ms resolve hq to copy
240000ms alarm copy register-restored
241000ms after-restore copy
340000ms calm copy register-restored
350000ms start hq
350000ms resolve hq to hq
351000ms kill copy
470000ms alarm hq register-restored
471000ms after-restore hq
600000ms calm hq register-restored
600000ms calm pune minting-stopped
601000ms ask pune p c1 gives 0.0
