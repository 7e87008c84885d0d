# Certificates of twelve minutes are renewed while nothing is disturbed: a node sees the new one of a member right below it.
seed 12
watch
node hq
node pune
node kernel
link pune hq delay 20ms rate 1000000
link kernel pune delay 2ms rate 1000000
1000ms create hq lifetime 720000ms
10000ms join pune below hq
25000ms join kernel below pune
60000ms ask kernel p c0
2900000ms ask kernel p c1
