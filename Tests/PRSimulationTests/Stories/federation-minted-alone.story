# A site is lost for hours. The team below it mints without it, which its own node notices at once, and the authority when the team reports there.
seed 6
watch
node hq
node pune
node kernel
link pune hq delay 20ms rate 1000000
link kernel pune delay 5ms rate 1000000
link kernel hq delay 25ms rate 1000000
1000ms create hq
10000ms join pune below hq
25000ms join kernel below pune
60000ms ask kernel p c1
100000ms lose pune
200000ms ask kernel p c2
210000ms alarm kernel minted-without-upstream
4200000ms alarm hq member-absent:pune
4200000ms alarm hq member-alarm:kernel:minted-without-upstream
4200000ms calm kernel federation-unreached
4300000ms start pune
4500000ms calm kernel minted-without-upstream
4500000ms calm hq member-alarm:kernel:minted-without-upstream
4500000ms calm hq member-absent
