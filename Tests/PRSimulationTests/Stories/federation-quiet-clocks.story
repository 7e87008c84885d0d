# Clocks differ by less than half a minute, those of all machines are set on and back, and certificates of twelve minutes are renewed meanwhile.
seed 34
watch
node hq
node pune
node kernel
link pune hq delay 20ms rate 1000000
link kernel pune delay 2ms rate 1000000
1000ms create hq lifetime 720000ms
10000ms join pune below hq
25000ms join kernel below pune
60000ms clock 20000ms of pune
100000ms clock 12000ms
160000ms clock -12000ms
400000ms clock -15000ms of pune
600000ms clock 10000ms of kernel
1200000ms ask kernel p c0
1500000ms clock -60000ms
1600000ms clock 60000ms
1800000ms clock -20000ms of hq
2400000ms ask kernel p c1
