# Certificates of twelve minutes are renewed all the time, also while the authority is restarted; the line is cut for as long as one lasts at most.
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
600000ms kill hq
700000ms start hq
1200000ms cut pune hq
1200000ms cut hq pune
1300000ms heal pune hq
1300000ms heal hq pune
2000000ms ask kernel p c1
2400000ms kill pune
2460000ms start pune
3600000ms ask kernel p c2
3601000ms ask pune p c3
