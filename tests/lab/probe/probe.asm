; SPDX-License-Identifier: MPL-2.0
; A kernel of 20 KiB in bzImage shape [Linux: arch/x86/boot, protocol 2.12] that prints what its loader gave it and
; ends the virtual machine: for guests too small for Linux, and for tests that need no Linux. It runs in real mode.
; Lines begin with "PROBE "; numbers are hexadecimal. QEMU's status is 33 (10h written to port F4h).

bits 16
org 0
setup_sectors equ 3
protected_len equ 18000

times 0x1f1 db 0
            db setup_sectors
            dw 0                        ; root_flags
            dd (protected_len + 15) / 16
            dw 0                        ; ram_size
            dw 0xffff                   ; vid_mode: normal
            dw 0                        ; root_dev
            dw 0xaa55
            jmp short entry             ; 200h
            db 'HdrS'
            dw 0x020c
            dd 0                        ; realmode_swtch
            dw 0, 0                     ; start_sys_seg, kernel_version
type_of_loader:
            db 0
loadflags:  db 1                        ; LOADED_HIGH
            dw 0                        ; setup_move_size
code32_start:
            dd 0x100000
ramdisk_image:
            dd 0
ramdisk_size:
            dd 0
            dd 0                        ; bootsect_kludge
heap_end_ptr:
            dw 0
            db 0, 0                     ; ext_loader_ver, ext_loader_type
cmd_line_ptr:
            dd 0
            dd 0x7fffffff               ; initrd_addr_max
            dd 0x1000                   ; kernel_alignment
            db 0, 12                    ; relocatable_kernel, min_alignment
            dw 0                        ; xloadflags
            dd 255                      ; cmdline_size
            dd 0                        ; hardware_subarch
            dq 0                        ; hardware_subarch_data
            dd 0, 0                     ; payload_offset, payload_length
            dq 0                        ; setup_data
            dq 0x100000                 ; pref_address
            dd 0x10000                  ; init_size
            dd 0                        ; handover_offset

; Entered by the loader at CS = DS + 20h, DS = ES = SS; moves to CS = DS.
entry:
            push ds
            push word start
            retf

start:
            cld
            sti
            mov ax, ds
            mov es, ax
            mov si, text_up
            call print
            movzx eax, byte [type_of_loader]
            call print_hex
            mov al, [loadflags]
            call print_hex
            movzx eax, word [heap_end_ptr]
            call print_hex

            call enter_unreal
            mov si, text_command_line
            call print
            mov ebx, [cmd_line_ptr]
            mov cx, 255
.character: mov al, [fs:ebx]
            test al, al
            jz .command_line_done
            call print_character
            inc ebx
            loop .character
.command_line_done:

            mov si, text_kernel         ; address, length and checksum of the protected-mode part as loaded
            mov ebx, [code32_start]
            mov ecx, protected_len
            call print_region
            mov si, text_initrd
            mov ebx, [ramdisk_image]
            mov ecx, [ramdisk_size]
            call print_region

            mov si, text_base_memory
            call print
            int 0x12
            movzx eax, ax
            call print_hex
            call print_e820

            mov si, text_done
            call print
            mov cx, 10                  ; the BIOS sends its serial text on timer ticks: give it ten of them
.tick:      hlt
            loop .tick
            mov al, 0x10
            out 0xf4, al
.stop:      hlt
            jmp .stop

; Prints the text at SI, then address EBX, length ECX and checksum of that memory. Changes EAX to EDX, SI.
print_region:
            call print
            mov eax, ebx
            call print_hex
            mov eax, ecx
            call print_hex
            xor edx, edx
            jecxz .summed
.sum:       rol edx, 1
            movzx eax, byte [fs:ebx]
            add edx, eax
            inc ebx
            dec ecx
            jnz .sum
.summed:    mov eax, edx
            jmp print_hex

; Prints each E820 entry as base, length (64 bits each) and type. Changes all but segments.
print_e820:
            xor ebx, ebx
.next:      mov di, e820_entry
            mov eax, 0xe820
            mov edx, 0x534d4150         ; 'SMAP'
            mov ecx, 20
            int 0x15
            jc .done
            mov si, text_e820
            call print
            mov eax, [e820_entry + 4]
            call print_hex
            mov eax, [e820_entry]
            call print_hex
            mov eax, [e820_entry + 12]
            call print_hex
            mov eax, [e820_entry + 8]
            call print_hex
            mov eax, [e820_entry + 16]
            call print_hex
            test ebx, ebx
            jnz .next
.done:      ret

; Turns A20 on and gives FS a limit of 4 GiB at base 0. Changes EAX, FS.
enter_unreal:
            mov ax, 0x2401
            int 0x15
            xor eax, eax
            mov ax, ds
            shl eax, 4
            add eax, gdt
            mov [gdt_pointer + 2], eax
            cli
            lgdt [gdt_pointer]
            mov eax, cr0
            or al, 1
            mov cr0, eax
            mov ax, 8
            mov fs, ax
            mov eax, cr0
            and al, 0xfe
            mov cr0, eax
            xor ax, ax
            mov fs, ax
            sti
            ret

; Prints the text at DS:SI up to its NUL. Changes AL, SI.
print:
            lodsb
            test al, al
            jz .done
            call print_character
            jmp print
.done:      ret

; Prints a blank and EAX as eight hexadecimal digits. Changes EAX.
print_hex:
            push cx
            push edx
            mov edx, eax
            mov al, ' '
            call print_character
            mov cx, 8
.digit:     rol edx, 4
            mov al, dl
            and al, 15
            add al, '0'
            cmp al, '9'
            jbe .print
            add al, 'a' - '0' - 10
.print:     call print_character
            loop .digit
            pop edx
            pop cx
            ret

; Prints AL by the BIOS, which keeps it in order with what the loader printed. Changes nothing.
print_character:
            pushad
            mov ah, 0x0e
            mov bx, 7
            int 0x10
            popad
            ret

text_up:            db 13, 10, 'PROBE up loader, flags, heap_end', 0
text_command_line:  db 13, 10, 'PROBE cmdline ', 0
text_kernel:        db 13, 10, 'PROBE kernel', 0
text_initrd:        db 13, 10, 'PROBE initrd', 0
text_base_memory:   db 13, 10, 'PROBE base_kib', 0
text_e820:          db 13, 10, 'PROBE e820', 0
text_done:          db 13, 10, 'PROBE done', 13, 10, 0

align 8
gdt:                dq 0, 0x00cf93000000ffff    ; data, base 0, limit 4 GiB
gdt_pointer:        dw 15
                    dd 0
e820_entry:         times 20 db 0

times (setup_sectors + 1) * 512 - ($ - $$) db 0

; The protected-mode part: entered only by a loader of the 32-bit protocol, which gets a sentence and status 35.
bits 32
protected_part:
            call .here
.here:      pop esi
            add esi, text_32 - .here
            mov dx, 0x3f8
.next:      lodsb
            test al, al
            jz .done
            out dx, al
            jmp .next
.done:      mov al, 0x11
            out 0xf4, al
            hlt
text_32:    db 13, 10, 'PROBE was entered in 32-bit mode', 13, 10, 0
            align 4
filling:
%assign value 1
%rep (protected_len - (filling - protected_part)) / 4
            dd value
%assign value (value * 1664525 + 1013904223) & 0xffffffff
%endrep
            times protected_len - ($ - protected_part) db 0x5a
