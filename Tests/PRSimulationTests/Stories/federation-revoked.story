# A member is shut out, and the one below it finds the authority by itself within an hour or two.
seed 15
watch
node hq
node pune
node kernel
link pune hq delay 20ms rate 1000000
link kernel pune delay 2ms rate 1000000
link kernel hq delay 20ms rate 1000000
1000ms create hq
10000ms join pune below hq
25000ms join kernel below pune
60000ms ask kernel p c0
100000ms revoke pune
170000ms ask pune q c1
3300000ms ask kernel q c2
7500000ms ask kernel q c3
