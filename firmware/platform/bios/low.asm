; SPDX-License-Identifier: MPL-2.0
; The code page of the low block: the way from protected mode to real mode and back, and the routines that run there.
; Assembled flat for segment offset 0; low_block.cc copies it to the top of base memory and fills in the data page.
; Nothing in this page is ever written: a page that holds both code and written data is slow under emulation.

%include "low_layout.inc"

        org 0
        bits 16

; Where things are, read by low_block.cc (LowHeader).
        dw LOW_RX_END                   ; guards against a low_layout.h that has drifted
        dw switch_to_real
        dw in_real
        dw in_protected
        dw int_call
        dw pxe_call
        dw exchange
        dw teletype
        dw leave

; ---------------------------------------------------------------------------------------------------------------
; switch_to_real: runs one routine of this page in real mode, with interrupts on, and comes back.
; In: EAX = offset of the routine, EDX = linear address of the low block. Out: nothing in registers.
; Clobbers: EAX, ECX, EDX. Mode: 32-bit protected, flat, IF = 0. Stack: the caller's; real mode uses its own.
        bits 32
switch_to_real:
        push ebx
        push esi
        push edi
        push ebp
        mov [edx + SAVED_ESP], esp
        mov [edx + ROUTINE], ax
        lidt [edx + IVTR]
        jmp SELECTOR_CODE16:.narrow
        bits 16
.narrow:
        mov ax, SELECTOR_DATA16         ; 64 KiB limits, as real mode expects to find them
        mov ds, ax
        mov es, ax
        mov fs, ax
        mov gs, ax
        mov ss, ax
        mov eax, cr0
        and al, 0xfe
        mov cr0, eax
        jmp far [REAL_ENTRY]

; In real mode now, CS = the low block's segment.
in_real:
        mov ax, cs
        mov ds, ax
        mov es, ax
        mov fs, ax
        mov gs, ax
        mov ss, ax
        mov esp, LOW_STACK_TOP
        sti
        cld
        call [ROUTINE]
        cli
        cld
        mov ax, cs
        mov ds, ax
        call a20_is_on
        jne .to_protected
        call enable_a20
.to_protected:
        mov ebx, [LOW_BASE]
        lgdt [GDTR]
        o32 lidt [IDTR]
        mov eax, cr0
        or al, 1
        mov cr0, eax
        jmp dword far [PROTECTED_ENTRY]

        bits 32
in_protected:
        mov ax, SELECTOR_DATA32
        mov ds, ax
        mov es, ax
        mov fs, ax
        mov gs, ax
        mov ss, ax
        mov esp, [ebx + SAVED_ESP]
        pop ebp
        pop edi
        pop esi
        pop ebx
        ret

        bits 16
; ---------------------------------------------------------------------------------------------------------------
; a20_is_on: does address line 20 count? Compares 0:04F0 (scratch by the BIOS data area's definition) with its alias.
; In: nothing. Out: ZF clear when A20 is on. Clobbers: EAX, ES, FS. Mode: real. Stack: 4 bytes.
a20_is_on:
        xor ax, ax
        mov es, ax
        dec ax
        mov fs, ax
        mov eax, [es:0x4f0]
        cmp eax, [fs:0x500]
        jne .done                       ; different: cannot be the same cell
        push eax
        not eax                         ; the same by chance, or the same cell: change one and look again
        mov [es:0x4f0], eax
        cmp eax, [fs:0x500]
        pop eax
        mov [es:0x4f0], eax             ; MOV and POP leave the flags alone
.done:
        ret

; ---------------------------------------------------------------------------------------------------------------
; enable_a20: switches A20 on by INT 15h, the keyboard controller, or port 92h, whichever works first.
; In: DS = CS. Out: ZF clear when A20 is on now. Clobbers: EAX, CX, ES, FS. Mode: real. Stack: a BIOS call's worth.
enable_a20:
        mov cx, 16
.round:
        push cx
        pushad
        mov ax, 0x2401
        int 0x15
        popad
        cli
        push cs
        pop ds
        call .settled
        jne .on
        call .controller_idle
        mov al, 0xd1                    ; keyboard controller: write output port
        out 0x64, al
        call .controller_idle
        mov al, 0xdf                    ; A20 on, processor not reset
        out 0x60, al
        call .controller_idle
        mov al, 0xff                    ; a null command: some controllers act on the first only now
        out 0x64, al
        call .controller_idle
        call .settled
        jne .on
        in al, 0x92
        or al, 2
        and al, 0xfe                    ; bit 0 is a reset
        out 0x92, al
        call .settled
        jne .on
        pop cx
        loop .round
        ret                             ; ZF is set: it stays off
.on:
        pop cx
        ret
.settled:                               ; A20 may take a while to follow
        mov cx, 256
.again:
        call a20_is_on
        jne .yes
        out 0x80, al
        loop .again
        xor ax, ax
.yes:
        ret
.controller_idle:                       ; at most 64 Ki reads
        xor cx, cx
.busy:
        in al, 0x64
        test al, 2
        loopnz .busy
        ret

; ---------------------------------------------------------------------------------------------------------------
; int_call: one BIOS interrupt with the registers of the register block, which also takes the results.
; In: REG_*, REG_VECTOR. Out: REG_*. Clobbers: all. Mode: real. Stack: what the BIOS needs.
int_call:
        mov bx, [REG_VECTOR]
        shl bx, 2
        xor ax, ax
        mov es, ax
        mov eax, [es:bx]
        mov [INT_TARGET], eax
        mov eax, [REG_EAX]
        mov ebx, [REG_EBX]
        mov ecx, [REG_ECX]
        mov edx, [REG_EDX]
        mov esi, [REG_ESI]
        mov edi, [REG_EDI]
        mov ebp, [REG_EBP]
        mov es, [REG_ES]
        mov ds, [REG_DS]
        pushf
        cli
        call far [cs:INT_TARGET]
        pushf
        pop word [cs:REG_FLAGS]
        mov [cs:REG_DS], ds
        push cs
        pop ds
        mov [REG_EAX], eax
        mov [REG_EBX], ebx
        mov [REG_ECX], ecx
        mov [REG_EDX], edx
        mov [REG_ESI], esi
        mov [REG_EDI], edi
        mov [REG_EBP], ebp
        mov [REG_ES], es
        ret

; ---------------------------------------------------------------------------------------------------------------
; pxe_call: one PXE API call with the parameter block at PARAMETERS.
; In: PXE_OPCODE, PXE_ENTRY. Out: PXE_STATUS = AX. Clobbers: all. Mode: real. Stack: what the ROM needs.
pxe_call:
        mov bx, [PXE_OPCODE]
        mov di, PARAMETERS
        call call_rom
        mov [PXE_STATUS], ax
        ret

; call_rom: [pxe 3.1, 2.3] serves both entry points: !PXE reads the stack, PXENV+ reads BX and ES:DI.
; In: BX = opcode, DI = offset of the parameter block. Out: AX = exit code. Clobbers: all but CX, SI, segments.
call_rom:
        push cx
        push si
        push cs
        pop es
        push cs
        push di
        push bx
        call far [PXE_ENTRY]
        add sp, 6
        sti
        cld
        push cs
        pop ds
        push cs
        pop es
        pop si
        pop cx
        ret

; ---------------------------------------------------------------------------------------------------------------
; exchange: the agent. Sends the queued frames, then drains UNDI_ISR into the batch buffer, as far as it has room.
; In: TX_COUNT and TX_BLOCKS (complete UNDI_TRANSMIT blocks), RX_CALLS, ISR_CONTINUE, ISR_START.
; Out: TX_FAILED, RX_COUNT, RX_SLOTS, ISR_CONTINUE. Clobbers: all. Mode: real. Stack: what the ROM needs.
exchange:
        xor ax, ax
        mov [TX_FAILED], ax
        mov [RX_COUNT], ax
        mov cx, [TX_COUNT]
        mov si, TX_BLOCKS
        jcxz .receive
.send:
        mov bx, 0x08                    ; UNDI_TRANSMIT
        mov di, si
        call call_rom
        or ax, [si]                     ; exit code or status
        jz .sent
        inc word [TX_FAILED]
.sent:
        add si, TX_BLOCK_SIZE
        loop .send
.receive:
        mov bp, LOW_RX_BEGIN            ; where the frame being received begins
        xor dx, dx                      ; how much of it is here
        mov cx, [RX_CALLS]
        cmp word [ISR_CONTINUE], 0
        jne .more
        mov ax, 1                       ; ISR_START, for stacks that want the interrupt acknowledged first
        cmp word [ISR_START], 0
        je .process
        call .isr
.process:
        mov ax, 2                       ; ISR_PROCESS
        jmp .ask
.more:
        mov ax, 3                       ; ISR_GET_NEXT
.ask:
        call .isr
        jnz .finished                   ; the call failed
        mov ax, [ISR_BLOCK + 2]
        cmp ax, 3
        je .frame
        cmp ax, 2                       ; a frame was sent: nobody waits for that
        jne .finished                   ; done, busy, or a value nobody defined
.next:
        mov word [ISR_CONTINUE], 1
        dec cx
        jnz .more
        ret
.finished:
        mov word [ISR_CONTINUE], 0
        ret

.frame:
        mov ax, [ISR_BLOCK + 4]         ; BufferLength: what is here now
        mov bx, [ISR_BLOCK + 6]         ; FrameLength: what it all comes to
        add ax, dx
        jc .drop
        cmp ax, LOW_FRAME_ROOM - 4
        ja .drop
        push ax
        push cx
        mov cx, [ISR_BLOCK + 4]
        add cx, 3
        shr cx, 2
        mov di, bp
        add di, dx
        lds si, [ISR_BLOCK + 10]
        rep movsd
        push cs
        pop ds
        pop cx
        pop dx                          ; = ax: what is here of the frame
        cmp dx, bx
        jb .next                        ; more of it will come
        ; Some ROMs report a FrameLength of 0, or less than they gave: what they gave counts.
        mov di, [RX_COUNT]
        shl di, 2
        mov [RX_SLOTS + di], bp
        mov [RX_SLOTS + di + 2], dx
        inc word [RX_COUNT]
        add bp, dx
        add bp, 15
        and bp, 0xfff0
        xor dx, dx
        mov word [ISR_CONTINUE], 1
        cmp word [RX_COUNT], RX_SLOT_COUNT
        jae .full
        cmp bp, LOW_RX_END - LOW_FRAME_ROOM
        ja .full
        dec cx
        jnz .more
.full:
        ret
.drop:
        xor dx, dx
        jmp .next

; In: AX = FuncFlag. Out: ZF set when exit code and status are both 0. Clobbers: AX, BX, DI. Keeps DX, BP.
.isr:
        mov di, ISR_BLOCK
        mov [di + 2], ax
        xor ax, ax
        mov [di], ax
        mov [di + 4], ax
        mov [di + 6], ax
        mov [di + 8], ax
        mov bx, 0x14                    ; UNDI_ISR
        push dx
        push bp
        call call_rom
        pop bp
        pop dx
        or ax, [ISR_BLOCK]
        ret

; ---------------------------------------------------------------------------------------------------------------
; teletype: shows the text at TEXT by INT 10h.
; In: TEXT_LENGTH, TEXT, TEXT_ATTRIBUTE (7: as the screen has it). Out: nothing. Clobbers: all. Mode: real. Stack: what the BIOS needs.
teletype:
        mov cx, [TEXT_LENGTH]
        mov si, TEXT
        jcxz .done
.character:
        lodsb
        push cx
        push si
        mov bx, [TEXT_ATTRIBUTE]
        cmp bl, 7
        je .plain
        cmp al, 0x20
        jb .plain
        push ax
        mov ah, 0x09                    ; the character with its colours; the cursor stays
        mov cx, 1
        int 0x10
        pop ax
.plain:
        mov ah, 0x0e
        mov bx, 7
        int 0x10
        pop si
        pop cx
        push cs
        pop ds
        cld
        loop .character
.done:
        ret

; ---------------------------------------------------------------------------------------------------------------
; leave: gives the processor away for good, with every register as LEAVE_BLOCK says.
; In: LEAVE_BLOCK (EntryRegisters). Never returns. Mode: real. Stack: the one it leaves with, six bytes below its top.
leave:
        cli
        mov bx, LEAVE_BLOCK
        mov ss, [bx + 46]
        movzx esp, word [bx + 44]
        push word [bx + 40]             ; FLAGS
        push dword [bx + 48]            ; CS:IP
        mov gs, [bx]
        mov fs, [bx + 2]
        mov es, [bx + 4]
        mov edi, [bx + 8]
        mov esi, [bx + 12]
        mov ebp, [bx + 16]
        mov edx, [bx + 28]
        mov ecx, [bx + 32]
        mov eax, [bx + 36]
        push dword [bx + 24]            ; EBX and DS last: they hold the block
        mov ds, [bx + 6]
        pop ebx
        iret

        times 4096 - ($ - $$) db 0      ; fails to assemble when the page is full
