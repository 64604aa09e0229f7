; Installer for Windows, made from the bundle by Inno Setup 6:
;   iscc /DVersion=0.1.0 release\windows\helpdesk.iss
; For one person without administrator's rights by default; /ALLUSERS installs for everybody.
#ifndef Version
  #define Version "0.0.0"
#endif

[Setup]
AppId={{3A0B4C1E-6B0E-4B59-9C0B-0B9E6D1F7A51}
AppName=helpdesk
AppVersion={#Version}
AppPublisher=The helpdesk authors
DefaultDirName={autopf}\helpdesk
DefaultGroupName=helpdesk
PrivilegesRequired=lowest
PrivilegesRequiredOverridesAllowed=dialog commandline
ArchitecturesAllowed=x64compatible
ArchitecturesInstallIn64BitMode=x64compatible
MinVersion=10.0.17763
SourceDir=..\..
OutputDir=build\packages
OutputBaseFilename=helpdesk-{#Version}-setup
SetupIconFile=build\icons\helpdesk.ico
UninstallDisplayIcon={app}\helpdesk-desk.exe
Compression=lzma2
SolidCompression=yes
CloseApplications=yes

[Languages]
Name: "fr"; MessagesFile: "compiler:Languages\French.isl"
Name: "en"; MessagesFile: "compiler:Default.isl"

[InstallDelete]
Type: filesandordirs; Name: "{app}\_internal"

[Files]
Source: "build\dist\helpdesk\*"; DestDir: "{app}"; Flags: ignoreversion recursesubdirs createallsubdirs

[Icons]
Name: "{group}\helpdesk"; Filename: "{app}\helpdesk-desk.exe"

; Voters' data and settings lie in the user's own folders: removing the program leaves them.
