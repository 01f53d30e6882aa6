# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# Floods against real daemons: ours, ucarp and keepalived in the same run.
SUITES += flood
CHECK_flood := tests/flood/01-flood.sh

$(B)/flood/flood.bpf.o: tests/flood/generator.bpf.c tests/flood/generator.h Makefile
	$(call say,BPF,$@)
	@mkdir -p $(@D)
	$(Q)$(CLANG) $(BPF_CFLAGS) -I/usr/include/$(shell $(CC) -print-multiarch) -c $< -o $@

$(B)/flood.skel.h: $(B)/flood/flood.bpf.o
	$(call say,SKEL,$@)
	$(Q)$(BPFTOOL) gen skeleton $< name flood_bpf > $@

$(call OBJ,tests/flood/generator.c): $(B)/flood.skel.h

$(B)/flood/generator: $(call OBJ,tests/flood/generator.c)
	$(call say,LD,$@)
	$(Q)$(CC) $(LDFLAGS) $^ -o $@ -lbpf

tests/flood/01-flood.sh: $(B)/flood/generator

campaign-flood: all $(B)/flood/generator
	$(Q)scripts/campaign.sh flood tests/flood/campaign.sh
