#!/usr/bin/env python3
"""Writes an mbox of N bounce mails, the same each time: reports (RFC 3464) and free text as different servers word them.

usage: gen_mails.py N
"""
import email.utils
import random
import sys

REPLIES = (
    ("5.1.1", "550 5.1.1 <{to}>: Recipient address rejected: User unknown in virtual mailbox table"),
    ("5.2.2", "552 5.2.2 <{to}>: mailbox is full, quota exceeded"),
    ("5.7.1", "554 5.7.1 Service unavailable; client host blocked, see https://lists.example/{n}"),
    ("5.4.4", "550 5.4.4 Host or domain name not found for {domain}"),
    ("4.2.1", "450 4.2.1 The mailbox {to} receives mail too fast, try again later"),
    ("5.3.4", "552 5.3.4 message size exceeds fixed limit of 20000000 bytes"),
)


def original(m):
    received = "".join(f"Received: from app{i}.shop.example (app{i}.shop.example [192.0.2.{i + 1}])\n"
                       f"\tby out.shop.example (Postfix) with ESMTPS id {m['n']:X}A{i}; {m['date']}\n" for i in range(3))
    return (f"{received}From: Shop <orders@shop.example>\nTo: <{m['to']}>\nSubject: Your order {m['n']}\nDate: {m['date']}\n"
            f"Message-ID: <order-{m['n']}@shop.example>\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n")


def report(m, words):
    return (f"Content-Type: multipart/report; report-type=delivery-status; boundary=\"b{m['n']}\"\n\n"
            f"--b{m['n']}\nContent-Description: Notification\nContent-Type: text/plain; charset=us-ascii\n\n{words}\n"
            f"--b{m['n']}\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; out.shop.example\n"
            f"Arrival-Date: {m['date']}\n\nFinal-Recipient: rfc822; {m['to']}\nAction: failed\nStatus: {m['status']}\n"
            f"Remote-MTA: dns; mx.{m['domain']}\nDiagnostic-Code: smtp; {m['reply']}\n\n"
            f"--b{m['n']}\nContent-Type: message/rfc822\n\n{original(m)}\n{'Thank you for your order.' * 40}\n--b{m['n']}--\n")


def postfix(m):
    return report(m, f"This is the mail system at host out.shop.example.\n\nI'm sorry to have to inform you that your message"
                     f" could not\nbe delivered to one or more recipients.\n\n<{m['to']}>: host mx.{m['domain']}[203.0.113.9]"
                     f" said:\n    {m['reply']} (in reply to RCPT TO command)\n")


def sendmail(m):
    return report(m, f"   ----- The following addresses had permanent fatal errors -----\n<{m['to']}>\n"
                     f"    (reason: {m['reply']})\n\n   ----- Transcript of session follows -----\n"
                     f"... while talking to mx.{m['domain']}.:\n>>> RCPT To:<{m['to']}>\n<<< {m['reply']}\n")


def exim(m):
    return (f"X-Failed-Recipients: {m['to']}\nContent-Type: text/plain; charset=us-ascii\n\n"
            f"This message was created automatically by mail delivery software.\n\nA message that you sent could not be delivered"
            f" to one or more of its\nrecipients. This is a permanent error. The following address(es) failed:\n\n  {m['to']}\n"
            f"    host mx.{m['domain']} [203.0.113.9]\n    SMTP error from remote mail server after RCPT TO:<{m['to']}>:\n"
            f"    {m['reply']}\n\n------ This is a copy of the message, including all the headers. ------\n\n{original(m)}\nHello\n")


def qmail(m):
    return (f"\nHi. This is the qmail-send program at out.shop.example.\nI'm afraid I wasn't able to deliver your message to the"
            f" following addresses.\nThis is a permanent error; I've given up. Sorry it didn't work out.\n\n<{m['to']}>:\n"
            f"203.0.113.9 does not like recipient.\nRemote host said: {m['reply']}\nGiving up on 203.0.113.9.\n\n"
            f"--- Below this line is a copy of the message.\n\nReturn-Path: <orders@shop.example>\n{original(m)}\nHello\n")


def main():
    chance = random.Random(1)
    for n in range(int(sys.argv[1])):
        domain = f"d{chance.randrange(2000)}.example"
        to = f"customer{chance.randrange(10**6)}@{domain}"
        status, reply = chance.choice(REPLIES)
        date = email.utils.formatdate(1790000000 + n * 7)
        m = {"n": n, "to": to, "domain": domain, "status": status, "date": date,
             "reply": reply.format(to=to, domain=domain, n=n)}
        print(f"From MAILER-DAEMON  {date[5:]}\nReturn-Path: <>\nDate: {date}\nFrom: Mail Delivery System"
              f" <MAILER-DAEMON@out.shop.example>\nTo: <orders@shop.example>\nSubject: Undelivered Mail Returned to Sender\n"
              f"Message-ID: <bounce-{n}@out.shop.example>\nMIME-Version: 1.0\n"
              + chance.choice((postfix, sendmail, exim, qmail))(m))


main()
