# The clock of a member is off by more than half a minute, and is set right.
seed 4
watch
node hq
node pune
link pune hq delay 20ms rate 1000000
1000ms create hq
10000ms join pune below hq
50000ms ask pune p c1
60000ms clock 45000ms of pune
200000ms alarm pune clock-differs
200000ms alarm hq member-alarm:pune:clock-differs
201000ms clock -45000ms of pune
400000ms calm pune clock-differs
400000ms calm hq member-alarm:pune:clock-differs
