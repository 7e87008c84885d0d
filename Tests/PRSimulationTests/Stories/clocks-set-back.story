# Clocks are set back and on while a copy is made. Nothing that is answered follows them.
seed 6
node hq
node pune below hq lane 0/2 sync 5000ms
link pune hq delay 150ms jitter 50ms rate 20000 loss 50 splits
1000ms ask hq qemu a times 30
1500ms clock -3600000ms
2000ms ask hq qemu b times 30
2500ms clock 7200000ms
3000ms ask pune qemu a
3500ms clock -86400000ms
30000ms ask pune qemu b
