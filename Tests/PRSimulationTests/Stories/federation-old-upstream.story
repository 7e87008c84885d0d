# A site runs an earlier version, which does not know the paths of questions: the member below it sees that, until the site is upgraded.
seed 22
watch
node hq
node pune old
node kernel
link pune hq delay 20ms rate 1000000
link kernel pune delay 2ms rate 1000000
1000ms create hq
10000ms join pune below hq
25000ms join kernel below pune
60000ms ask kernel p c1 gives 0.0.0
100000ms alarm kernel protocol-differs
100000ms alarm hq member-alarm:kernel:protocol-differs
110000ms upgrade pune
200000ms calm kernel protocol-differs
200000ms calm hq member-alarm:kernel
201000ms ask kernel p c2 gives 0.0.256
